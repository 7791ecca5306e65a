import tseslint from 'typescript-eslint';

const forbid = (patterns) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
});

const nodeAndElectron = {
  group: ['node:*', 'electron', 'electron/*'],
  message: 'shared/ is pure.',
};
const main = { group: ['**/main/**'], message: 'Only main/ and its tests reach into main/.' };
const renderer = { group: ['**/renderer/**'], message: 'Only renderer/ reaches into renderer/.' };
const preload = { group: ['**/preload/**'], message: 'Nothing imports preload/.' };
const tests = { group: ['**/e2e/**', '**/testing/**'], message: 'Product code uses no test code.' };

const vocabulary = [
  { selector: 'TSEnumDeclaration', message: 'Use a const object and a union type.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
];

export default tseslint.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', '.runtime/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'no-restricted-syntax': ['error', ...vocabulary],
      'no-console': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['shared/**/*.ts'], rules: forbid([nodeAndElectron, main, renderer, preload, tests]) },
  { files: ['main/**/*.ts'], rules: forbid([renderer, preload, tests]) },
  { files: ['e2e/**/*.ts', 'bench/**/*.ts'], rules: forbid([renderer, preload]) },
  {
    files: ['main/**/*.ts'],
    ignores: ['main/engine/pkcs11/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'pkcs11js', message: 'Only main/engine/pkcs11 talks to PKCS#11.' }] },
      ],
    },
  },
  {
    files: ['**/*.test.ts', '**/testing/**/*.ts', 'e2e/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-restricted-imports': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', vocabulary[0]],
    },
  },
);
