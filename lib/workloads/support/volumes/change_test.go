package volumes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChangeThatMakesNoDifferenceIsAnError(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString("abc"); err != nil {
		t.Fatal(err)
	}
	if done, err := Replace(file, 1, []byte("b")); err == nil || !strings.Contains(err.Error(), "did not change") {
		t.Errorf("%+v, error %v", done, err)
	}
}
