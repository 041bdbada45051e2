package volumes

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestFailedFillRemovesItsFile(t *testing.T) {
	dir := t.TempDir()
	err := Fill(&bytes.Buffer{}, Filling{Dir: dir, Most: 3 << 20})
	if err == nil || !strings.Contains(err.Error(), "not full after 3145728 bytes") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, ballast)); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}

// stiff is a file on a volume that accepts a write completely or not at all.
type stiff struct {
	room int
}

func (s *stiff) Sync() error { return nil }

func (s *stiff) Write(content []byte) (int, error) {
	if len(content) > s.room {
		return 0, syscall.EDQUOT
	}
	s.room -= len(content)
	return len(content), nil
}

func TestFillContinuesInSmallerPiecesUntilNoneFits(t *testing.T) {
	volume := &stiff{room: 3<<20 + 5*smallestPiece + 17}
	written, end := fillUp(volume, t.TempDir(), 0, 1<<30)
	if !IsFull(end) || volume.room >= smallestPiece || written != 3<<20+5*smallestPiece {
		t.Errorf("%d bytes were written, there is room for %d more: %v", written, volume.room, end)
	}
}
