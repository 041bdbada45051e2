package volumes

import (
	"crypto/aes"
	"crypto/cipher"
	crypto "crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
)

const (
	RansomNote     = "READ-ME-TO-GET-YOUR-FILES-BACK.txt"
	ransomNoteText = "This is a drill. The other files in this folder were encrypted with a key that was not stored. Restore them from the backup.\n"
)

// FlipByte changes one byte of the range.
func FlipByte(file *os.File, from, length int64, random *rand.Rand) (Change, error) {
	at, one := from+random.Int64N(length), make([]byte, 1)
	if _, err := file.ReadAt(one, at); err != nil {
		return Change{}, err
	}
	return Replace(file, at, []byte{one[0] ^ byte(1+random.IntN(255))})
}

// ZeroSectors zeroes 512 bytes to 64 KiB from a sector of the range on, at most to the end of the file. Errors: ErrNoChange.
func ZeroSectors(file *os.File, from, length int64, random *rand.Rand) (Change, error) {
	at := from + random.Int64N((length+SectorBytes-1)/SectorBytes)*SectorBytes
	return ReplaceWithin(file, at, make([]byte, (1+random.IntN(MaxZeroedSectors))*SectorBytes))
}

// Truncate shortens the file to `at` bytes.
func Truncate(file *os.File, at int64) (Change, error) {
	before, err := file.Stat()
	if err != nil {
		return Change{}, err
	}
	if err := file.Truncate(at); err != nil {
		return Change{}, err
	}
	after, err := file.Stat()
	if err != nil {
		return Change{}, err
	}
	return Change{Offset: at, Length: before.Size() - at, Before: fmt.Sprint(before.Size()), After: fmt.Sprint(after.Size())}, nil
}

// Delete unlinks the file.
func Delete(path string) (Change, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return Change{}, err
	}
	if err := errors.Join(os.Remove(path), SyncDirectory(filepath.Dir(path))); err != nil {
		return Change{}, err
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return Change{}, fmt.Errorf("%q still exists: %w", path, err)
	}
	return Change{Length: info.Size(), Before: fmt.Sprint(info.Size()), After: "deleted"}, nil
}

// Deny removes all permissions of the file or, if the process may, gives the file to root. The service cannot open it then.
func Deny(path string, random *rand.Rand) (Change, error) {
	file, err := os.Open(path)
	if err != nil {
		return Change{}, err
	}
	defer file.Close()
	before, size, err := modes(file)
	if err != nil {
		return Change{}, err
	}
	mode := fs.FileMode(0)
	if os.Geteuid() == 0 && random.IntN(2) == 0 {
		mode, err = 0o600, file.Chown(0, 0)
	}
	if err := errors.Join(err, file.Chmod(mode), file.Sync()); err != nil {
		return Change{}, err
	}
	after, _, err := modes(file)
	if err == nil && after == before {
		err = fmt.Errorf("%q did not change: %s", file.Name(), after)
	}
	return Change{Length: size, Before: before, After: after}, err
}

func modes(file *os.File) (string, int64, error) {
	info, err := file.Stat()
	if err != nil {
		return "", 0, err
	}
	owner, _ := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%04o %d:%d", info.Mode().Perm(), owner.Uid, owner.Gid), info.Size(), nil
}

// Encrypt encrypts the whole content in place by AES-CTR with a key that is not stored.
func Encrypt(file *os.File) (Change, error) {
	content, err := io.ReadAll(file)
	if err != nil {
		return Change{}, err
	}
	secret := make([]byte, 32+aes.BlockSize)
	if _, err := crypto.Read(secret); err != nil {
		return Change{}, err
	}
	key, err := aes.NewCipher(secret[:32])
	if err != nil {
		return Change{}, err
	}
	cipher.NewCTR(key, secret[32:]).XORKeyStream(content, content)
	return Replace(file, 0, content)
}

// LeaveRansomNote writes a note about the encryption into the folder of the encrypted files.
func LeaveRansomNote(dir string) error {
	file, err := os.OpenFile(filepath.Join(dir, RansomNote), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(ransomNoteText)
	return errors.Join(err, file.Sync(), file.Close(), SyncDirectory(dir))
}
