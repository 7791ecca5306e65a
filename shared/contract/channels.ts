/** Names of the ways between preload and main. */
export const channels = {
  call: 'claviger:call',
  drop: 'claviger:drop',
  dropReport: 'claviger:drop-report',
  dropCheckpoint: 'claviger:drop-checkpoint',
  event: 'claviger:event',
} as const;
