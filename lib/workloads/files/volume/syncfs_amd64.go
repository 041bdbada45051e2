package main

// Package syscall does not define this number.
const sysSyncfs = 306
