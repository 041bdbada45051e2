package main

import (
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const tokenPrefix = "after:"

// page returns a part of a sorted list. It starts after the ID in the token, so that pages neither repeat nor skip objects when
// others are created or deleted between two calls. An empty token means the start, and 0 for `most` means no limit. next is "" on
// the last page.
func page(objects []object, token string, most int32) (listed []object, next string, err error) {
	if token != "" {
		after, ours := strings.CutPrefix(token, tokenPrefix)
		if !ours {
			return nil, "", status.Errorf(codes.Aborted, "starting token %q is not from this driver; start again without a token", token)
		}
		for len(objects) > 0 && objects[0].ID <= after {
			objects = objects[1:]
		}
	}
	if most < 0 {
		return nil, "", invalid("at most %d entries cannot be listed", most)
	}
	if most == 0 || int(most) >= len(objects) {
		return objects, "", nil
	}
	return objects[:most], tokenPrefix + objects[most-1].ID, nil
}
