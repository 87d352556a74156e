import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** What the page of `usage view` may use, which is read by browsers as it is. */
const inPages = [
  ...['document', 'location', 'history', 'fetch', 'sessionStorage', 'URLSearchParams', 'DOMParser', 'URL', 'Blob'],
  ...['matchMedia', 'Option', 'setInterval', 'clearInterval'],
];
const browserAndNode = ['console', 'process', 'URL', 'setTimeout', 'clearTimeout', 'fetch', 'Buffer', 'document'];

export default tseslint.config(
  { ignores: ['**/out/', '**/node_modules/', '**/generated/', '**/dist/', 'target/', 'tests/output/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test'] }] },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  {
    files: ['dashboard/src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(browserAndNode.map((name) => [name, 'readonly'])) },
  },
  {
    files: ['dashboard/public/*.js'],
    languageOptions: { globals: { localStorage: 'readonly', matchMedia: 'readonly', document: 'readonly' } },
  },
  {
    files: ['cli/src/command/usage/view/page/*.js'],
    languageOptions: { globals: Object.fromEntries(inPages.map((name) => [name, 'readonly'])) },
  },
  {
    // The generated types use `type`; ours may too where a union is near.
    files: ['**/*.ts', '**/*.tsx'],
    rules: { '@typescript-eslint/consistent-type-definitions': 'off' },
  },
);
