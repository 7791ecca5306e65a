/** What is encrypted: one large file, and a folder of small ones. */
export const workloads = ['large', 'small'] as const;
export type Workload = (typeof workloads)[number];
