/** Names of the channels between preload and main. */
export const channels = {
  call: 'claviger:call',
  drop: 'claviger:drop',
  event: 'claviger:event',
} as const;
