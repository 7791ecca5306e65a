import type { Rule } from './rule.ts';

/** Checklist 5: no page asks for camera, notifications, clipboard, devices or anything else. */
export const denyPermissions: Rule = {
  name: 'permissions',
  points: [5],
  apply: ({ session }) => {
    session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
    session.setPermissionCheckHandler(() => false);
    session.setDevicePermissionHandler(() => false);
  },
};
