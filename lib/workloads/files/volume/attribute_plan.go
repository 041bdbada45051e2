package main

import (
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Shape of the tree with every attribute. The service does not use it: backup tools do.
const (
	smallFolders     = 20
	smallPerFolder   = 50
	largeTreeFiles   = 2
	largeTreeBytes   = 8 << 20
	sparseBytes      = 16 << 20
	writtenInSparse  = 64 << 10
	deepLevels       = 25
	deepNameBytes    = 100
	longestNameBytes = 255
	serviceUser      = 10001
)

// oddNames are names that a program may quote, split, translate or refuse.
var oddNames = []string{
	"with space", " leading and trailing ", "two\nlines", "tab\there", "-rf", "--option=value", "*?[a-z]", `back\slash`, `"quoted"`,
	"it's", "$HOME", "a;b|c&d", "~", "caf\xe9", "\xff\xfe", "caf\u00e9", "cafe\u0301", "\U0001f4be", "\u202egpj.exe",
	strings.Repeat("x", longestNameBytes), strings.Repeat("\u00e9", longestNameBytes/2) + "x",
}

// planAttributes lists the entries, each folder before its content.
func planAttributes() []treeEntry {
	all := []treeEntry{}
	add := func(entry treeEntry) { all = append(all, entry) }
	folder := func(path string) { add(treeEntry{path: path, kind: syscall.S_IFDIR, mode: 0o755}) }
	file := func(path string, size int64) treeEntry {
		return treeEntry{path: path, kind: syscall.S_IFREG, mode: 0o644, size: size}
	}
	folder("small")
	for at := range smallFolders {
		folder(fmt.Sprintf("small/%02d", at))
		for index := range smallPerFolder {
			add(file(fmt.Sprintf("small/%02d/%02d", at, index), int64(index*41)))
		}
	}
	folder("large")
	for index := range largeTreeFiles {
		add(file(fmt.Sprintf("large/%d", index), largeTreeBytes))
	}
	folder("sparse")
	for name, written := range inOrder(map[string][]int64{"two-ranges": {0, sparseBytes / 2}, "end-only": {sparseBytes - writtenInSparse}, "nothing": {}}) {
		entry := file("sparse/"+name, sparseBytes)
		entry.written = written
		add(entry)
	}
	deep := "deep"
	folder(deep)
	for range deepLevels {
		deep += "/" + strings.Repeat("d", deepNameBytes)
		folder(deep)
	}
	add(file(deep+"/file", 100))
	folder("names")
	for _, name := range oddNames {
		add(file("names/"+name, 100))
	}
	folder("permissions")
	for _, mode := range []uint32{0, 0o400, 0o200, 0o600, 0o640, 0o604, 0o755, 0o777} {
		entry := file(fmt.Sprintf("permissions/file-%04o", mode), 100)
		entry.mode = mode
		add(entry)
	}
	for _, mode := range []uint32{0o700, 0o711, 0o777} {
		add(treeEntry{path: fmt.Sprintf("permissions/folder-%04o", mode), kind: syscall.S_IFDIR, mode: mode})
	}
	folder("special-bits")
	for name, mode := range inOrder(map[string]uint32{"setuid": 0o4755, "setgid": 0o2755, "both": 0o6711}) {
		entry := file("special-bits/"+name, 100)
		entry.mode = mode
		add(entry)
	}
	add(treeEntry{path: "special-bits/sticky-folder", kind: syscall.S_IFDIR, mode: 0o1777})
	add(treeEntry{path: "special-bits/setgid-folder", kind: syscall.S_IFDIR, mode: 0o2775})
	folder("owners")
	for _, owner := range [][2]int{{0, 0}, {0, 10001}, {10001, 0}, {1234, 5678}, {65534, 65534}, {2_000_000_000, 2_000_000_001}} {
		entry := file(fmt.Sprintf("owners/file-%d-%d", owner[0], owner[1]), 100)
		entry.owner = &owner
		add(entry)
	}
	owned := treeEntry{path: "owners/folder", kind: syscall.S_IFDIR, mode: 0o755, owner: &[2]int{1234, 5678}}
	add(owned)
	add(treeEntry{path: "owners/link", kind: syscall.S_IFLNK, target: "folder", owner: &[2]int{1234, 5678}})
	folder("extended")
	acl := file("extended/acl", 100)
	acl.mode, acl.xattrs = 0o660, map[string][]byte{"system.posix_acl_access": accessList()}
	add(acl)
	add(treeEntry{path: "extended/default-acl", kind: syscall.S_IFDIR, mode: 0o750, xattrs: map[string][]byte{"system.posix_acl_default": accessList()}})
	capable := file("extended/capability", 100)
	capable.mode, capable.xattrs = 0o755, map[string][]byte{"security.capability": bindCapability()}
	add(capable)
	marked := file("extended/attributes", 100)
	marked.xattrs = map[string][]byte{"user.text": []byte("value"), "user.empty": {}, "user.bytes": []byte("\x00\xff\n\x00"), "user.long": []byte(strings.Repeat("v", 1000))}
	add(marked)
	add(treeEntry{path: "extended/folder", kind: syscall.S_IFDIR, mode: 0o755, xattrs: map[string][]byte{"user.text": []byte("of a folder")}})
	folder("links")
	for name, target := range inOrder(map[string]string{"relative": "../small/00/01", "to-folder": "../small", "dangling": "nowhere", "absolute": "/etc/hostname", "odd": "two\nlines \xff"}) {
		add(treeEntry{path: "links/" + name, kind: syscall.S_IFLNK, target: target})
	}
	add(file("links/first-name", 70<<10))
	add(treeEntry{path: "links/second-name", target: "links/first-name"})
	folder("links/elsewhere")
	add(treeEntry{path: "links/elsewhere/third-name", target: "links/first-name"})
	folder("empty")
	folder("empty/folder")
	folder("empty/folder/in-folder")
	add(treeEntry{path: "pipe", kind: syscall.S_IFIFO, mode: 0o620})
	folder("times")
	for name, at := range inOrder(map[string]time.Time{
		"1960": time.Date(1960, 5, 4, 3, 2, 1, 987654321, time.UTC), "epoch": time.Unix(0, 0), "1970": time.Unix(1, 5),
		"1999": time.Date(1999, 12, 31, 23, 59, 59, 999999999, time.UTC), "2100": time.Date(2100, 1, 2, 3, 4, 5, 6, time.UTC),
	}) {
		entry := file("times/"+name, 100)
		entry.timestamp = &at
		add(entry)
	}
	return all
}

// inOrder iterates over a map in the order of its keys, so that the tree depends on the seed only.
func inOrder[Value any](of map[string]Value) iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			if !yield(name, of[name]) {
				return
			}
		}
	}
}

// accessList is an ACL: the owner reads and writes, user 1234 reads, the group has no right, and the mask allows both.
func accessList() []byte {
	const user, namedUser, group, mask, other, noID = 0x01, 0x02, 0x04, 0x10, 0x20, 0xffffffff
	list := binary.LittleEndian.AppendUint32(nil, 2)
	for _, one := range [][3]uint32{{user, 6, noID}, {namedUser, 4, 1234}, {group, 0, noID}, {mask, 6, noID}, {other, 0, noID}} {
		list = binary.LittleEndian.AppendUint16(list, uint16(one[0]))
		list = binary.LittleEndian.AppendUint16(list, uint16(one[1]))
		list = binary.LittleEndian.AppendUint32(list, one[2])
	}
	return list
}

// bindCapability is cap_net_bind_service, permitted and effective, in revision 2 of the format.
func bindCapability() []byte {
	const revision2AndEffective, bindService = 0x02000001, 1 << 10
	value := binary.LittleEndian.AppendUint32(nil, revision2AndEffective)
	value = binary.LittleEndian.AppendUint32(value, bindService)
	return append(value, make([]byte, 12)...)
}
