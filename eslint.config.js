import svelte from 'eslint-plugin-svelte';
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

/** The rules of every source; Svelte components have them too. */
const style = {
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
};

export default tseslint.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', '.runtime/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: style,
  },
  { files: ['shared/**/*.ts'], rules: forbid([nodeAndElectron, main, renderer, preload, tests]) },
  { files: ['main/**/*.ts'], rules: forbid([renderer, preload, tests]) },
  { files: ['e2e/**/*.ts', 'bench/**/*.ts'], rules: forbid([renderer, preload]) },
  {
    files: ['renderer/**/*.ts'],
    rules: forbid([
      { ...nodeAndElectron, message: 'The window has neither.' },
      main,
      preload,
      tests,
    ]),
  },
  {
    files: ['**/*.svelte'],
    extends: [
      ...tseslint.configs.strictTypeChecked,
      ...tseslint.configs.stylisticTypeChecked,
      // Last, because it sets the parser.
      ...svelte.configs.recommended.map((config) => ({ ...config, files: ['**/*.svelte'] })),
    ],
    languageOptions: {
      parserOptions: {
        projectService: true,
        extraFileExtensions: ['.svelte'],
        parser: tseslint.parser,
      },
    },
    rules: {
      ...style,
      // This rule counts a component as one function.
      'max-lines-per-function': 'off',
      ...forbid([{ ...nodeAndElectron, message: 'The window has neither.' }, main, preload, tests]),
    },
  },
  {
    files: ['**/*.svelte'],
    rules: {
      // The content policy allows neither of these two; directives (style:x) are fine.
      'svelte/no-at-html-tags': 'error',
      'no-restricted-syntax': [
        'error',
        ...vocabulary,
        { selector: 'SvelteAttribute[key.name="style"]', message: 'Use a class or style:name.' },
      ],
      // ESLint does not know the types of other components; svelte-check does.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      // Spaces between tags are written as {' '}: the formatter would remove others.
      'svelte/no-useless-mustaches': 'off',
      'svelte/require-each-key': 'error',
      // Svelte assigns props with a default and bound props.
      'prefer-const': 'off',
    },
  },
  {
    files: ['main/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...vocabulary,
        {
          selector: 'NewExpression[callee.name="Failure"]',
          message: 'Its words belong in shared/messages/failures, where they are read together.',
        },
      ],
    },
  },
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
