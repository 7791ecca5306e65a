import { spawn } from 'node:child_process';

interface Display {
  /** For the environment variable DISPLAY. */
  readonly name: string;
  readonly stop: () => void;
}

/** Starts Xvfb, which picks a free display number and reports it. */
export const startDisplay = async (): Promise<Display> => {
  const args = ['-displayfd', '3', '-screen', '0', '1600x1100x24', '-nolisten', 'tcp'];
  const xvfb = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await new Promise<string>((resolve, reject) => {
    xvfb.once('error', reject);
    xvfb.once('exit', (code) => reject(new Error(`Xvfb ended with ${code ?? 'a signal'}`)));
    xvfb.stdio[3]?.once('data', (data: Buffer) => resolve(data.toString().trim()));
  });
  return { name: `:${number}`, stop: () => void xvfb.kill() };
};

/** One display for the whole run. */
export const setup = async (): Promise<() => void> => {
  const { name, stop } = await startDisplay();
  process.env['DISPLAY'] = name;
  return stop;
};
