export { exitCodes } from './exit-codes.ts';
export { givenArguments } from './given-arguments.ts';
export { runCli } from './main.ts';
export { Output } from './output.ts';
export { endOf, terminalOf } from './terminal.ts';
