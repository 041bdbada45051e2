package main

import (
	"crypto/aes"
	"crypto/cipher"
	crypto "crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const (
	ransomNote     = "READ-ME-TO-GET-YOUR-FILES-BACK.txt"
	ransomNoteText = "This is a drill. The files beside this one were encrypted with a key that nobody kept. Restore them from the backup.\n"
)

// deleteFile unlinks the file.
func deleteFile(v victim, t target) (change, error) {
	path := v.files.path(t.slot / segmentSlots)
	info, err := os.Lstat(path)
	if err != nil {
		return change{}, err
	}
	if err := errors.Join(os.Remove(path), syncDirectory(v.files.dir)); err != nil {
		return change{}, err
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return change{}, fmt.Errorf("%q is still there: %w", path, err)
	}
	return change{Length: info.Size(), Before: fmt.Sprint(info.Size()), After: "deleted"}, nil
}

// denyFile takes all modes from the file, or, where it may, gives it to root: the service cannot open it after either.
func denyFile(v victim, t target) (change, error) {
	file, err := os.Open(v.files.path(t.slot / segmentSlots))
	if err != nil {
		return change{}, err
	}
	defer file.Close()
	before, size, err := modes(file)
	if err != nil {
		return change{}, err
	}
	mode := fs.FileMode(0)
	if os.Geteuid() == 0 && v.random.IntN(2) == 0 {
		mode, err = 0o600, file.Chown(0, 0)
	}
	if err := errors.Join(err, file.Chmod(mode), file.Sync()); err != nil {
		return change{}, err
	}
	after, _, err := modes(file)
	if err == nil && after == before {
		err = fmt.Errorf("%q is as before: %s", file.Name(), after)
	}
	return change{Length: size, Before: before, After: after}, err
}

func modes(file *os.File) (string, int64, error) {
	info, err := file.Stat()
	if err != nil {
		return "", 0, err
	}
	owner, _ := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%04o %d:%d", info.Mode().Perm(), owner.Uid, owner.Gid), info.Size(), nil
}

// encryptFile replaces the whole content in place, by AES-CTR with a key that is kept nowhere.
func encryptFile(_ victim, _ target, file *os.File) (change, error) {
	content, err := io.ReadAll(file)
	if err != nil {
		return change{}, err
	}
	secret := make([]byte, 32+aes.BlockSize)
	if _, err := crypto.Read(secret); err != nil {
		return change{}, err
	}
	key, err := aes.NewCipher(secret[:32])
	if err != nil {
		return change{}, err
	}
	cipher.NewCTR(key, secret[32:]).XORKeyStream(content, content)
	return replace(file, 0, content)
}

// leaveNote says beside the files what became of them.
func (v victim) leaveNote() error {
	file, err := os.OpenFile(filepath.Join(v.files.dir, ransomNote), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(ransomNoteText)
	return errors.Join(err, file.Sync(), file.Close(), syncDirectory(v.files.dir))
}
