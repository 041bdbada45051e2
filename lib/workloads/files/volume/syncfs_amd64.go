package main

// The package syscall does not name it.
const sysSyncfs = 306
