package main

import (
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const tokenPrefix = "after:"

// page cuts a piece from a sorted list: what comes after the ID in the token, so that a page neither repeats nor leaves out
// anything when objects come and go between two calls. No token is the start, `most` of 0 is all; next is "" at the end.
func page(objects []object, token string, most int32) (listed []object, next string, err error) {
	if token != "" {
		after, ours := strings.CutPrefix(token, tokenPrefix)
		if !ours {
			return nil, "", status.Errorf(codes.Aborted, "starting token %q is none of this driver's; start again without one", token)
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
