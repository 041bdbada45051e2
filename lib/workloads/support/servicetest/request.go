// Package servicetest has what the tests of several services share.
package servicetest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Request sends a request and returns the status and the body of its answer. The test fails if there is none.
func Request(t testing.TB, method, url, body string) (int, string) {
	t.Helper()
	question, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(question)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
