import { actions } from '../../shared/actions.ts';

const groupOf = (action: string): string => action.slice(0, action.indexOf('.') + 1);

/** The values of `--action`, one line for each group. */
export const actionNotes = [
  'Actions:',
  ...[...new Set(actions.map(groupOf))].map(
    (group) => `  ${actions.filter((each) => groupOf(each) === group).join(' ')}`,
  ),
].join('\n');
