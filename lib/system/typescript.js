// Lets Node run the project's TypeScript: `node --import ./lib/system/typescript.js <file>`. All programs of the project start with it.
// tsx keeps what it compiled in a folder of the system's temporary directory, which whoever comes first may create: code that
// somebody else put there would run as this user, who may be root. So nothing is kept.
process.env.TSX_DISABLE_CACHE = '1'
await import('tsx')
