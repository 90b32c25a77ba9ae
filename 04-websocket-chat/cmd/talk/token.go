package main

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/talk"
)

// bring sets where the token comes from. A file is read for each connection: whoever issues tokens may have put another there.
func bring(o *talk.Options) func(string) error {
	return func(s string) error {
		o.Token = func() (string, error) { return s, nil }
		if path, ok := strings.CutPrefix(s, "@"); ok {
			o.Token = func() (string, error) { return read(path) }
		}
		_, err := o.Token()
		if err == nil && !strings.HasPrefix(s, "@") {
			err = client.CheckToken(s)
		}
		return err
	}
}

// read reads a token's file. The error names no path: it may be a token in the wrong place.
func read(path string) (string, error) {
	text, err := os.ReadFile(path)
	if at, ok := err.(*fs.PathError); ok {
		err = at.Err
	}
	if err != nil {
		return "", fmt.Errorf("the token's file, behind the @, cannot be read: %w", err)
	}
	token := strings.TrimSpace(string(text))
	return token, client.CheckToken(token)
}
