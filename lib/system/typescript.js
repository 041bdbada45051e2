// Lets Node run the project's TypeScript: `node --import ./lib/system/typescript.js <file>`. All programs of the project start with it.
// The cache of tsx is switched off: it is in the system's temporary directory, where another user may create its folder first.
// Code from that folder would run as this user, who may be root.
// Only for ES modules: for CommonJS, tsx would compile the packages that the project loads by their first use.
process.env.TSX_DISABLE_CACHE = '1'
await import('tsx/esm')
