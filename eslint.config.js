import tseslint from 'typescript-eslint'
import globals from 'globals'

/** Imports run tests → fixtures → lib; the Playwright reporter is the one place in lib/ that may know the runner. */
const noPlaywright = {
  group: ['@playwright/test', '@playwright/test/*'],
  message: 'lib/ and chaos/ never import Playwright.',
}
const noProcessImport = { group: ['node:process', 'process'], message: 'Use the global process.' }
const noEagerPackage = {
  regex: '^(@kubernetes/client-node|echarts(/.*)?)$',
  allowTypeImports: true,
  message:
    'It is slow to load. Use clientLibrary() of lib/kube/library.ts, or drawPicture() of lib/report/pictures/picture.ts.',
}
const noUpwards = { group: ['**/fixtures/**', '**/tests/**'], message: 'Imports run tests → fixtures → lib.' }

const PRINT = 'Print with writeLine or writeText of lib/output/print.ts: they remove secrets and control characters.'

export default tseslint.config(
  { ignores: ['node_modules/', 'results/', 'test-results/', 'playwright-report/', 'blob-report/', '.cache/'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [noPlaywright, noUpwards, noProcessImport] }] },
  },
  {
    files: ['lib/report/reporter.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [noUpwards, noProcessImport] }] },
  },
  {
    files: ['fixtures/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: ['**/tests/**'] }, noProcessImport] }] },
  },
  {
    // A fixture that needs nothing still takes an object pattern; Playwright reads the pattern's text.
    files: ['fixtures/**/*.ts', 'tests/**/*.ts'],
    rules: { 'no-empty-pattern': 'off' },
  },
  {
    // What is printed may come from a server or hold a secret: lib/output/ alone prints.
    files: ['lib/**/*.ts', 'fixtures/**/*.ts'],
    ignores: ['lib/output/**', 'lib/load/script.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['stdout', 'stderr'].map((property) => ({ object: 'process', property, message: PRINT })),
      ],
    },
  },
  {
    files: ['lib/**/*.ts', 'fixtures/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [noEagerPackage] }] },
  },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
)
