package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// room is a rule about the packages that a package is built of, directly or
// through others.
type room struct {
	name  string   // the package's import path, behind ours
	never []string // import paths: neither these nor what lies below them
}

var rooms = []room{
	{"04-websocket-chat", []string{jsonWebToken}},
	{"04-websocket-chat/talk", []string{jsonWebToken}},
	{"05-distributed-relay/pack", []string{chat, redisClient}},
	{"05-distributed-relay/wire", []string{chat, redisClient, prometheus, webSocket}},
	{"05-distributed-relay/cmd/node", []string{embeddedRedis, lua}},
	{"06-emitter", []string{chat, prometheus, protobuf, webSocket, embeddedRedis, lua}},
	{"06-emitter/cmd/emit", []string{chat, prometheus, protobuf, webSocket, embeddedRedis, lua}},
}

const (
	chat          = ours + "04-websocket-chat"
	prometheus    = "github.com/prometheus"
	protobuf      = "google.golang.org/protobuf"
	webSocket     = "github.com/gorilla/websocket"
	redisClient   = "github.com/redis/go-redis"
	embeddedRedis = "github.com/alicebob/miniredis"
	jsonWebToken  = "github.com/golang-jwt"
	lua           = "github.com/yuin/gopher-lua"
)

// wrongRooms looks at all that the packages of rooms are built of, for the system that
// it runs on.
func wrongRooms(ctx context.Context, root string) ([]string, error) {
	var findings []string
	for _, r := range rooms {
		out, failed, err := output(ctx, root, nil, "go", "list", "-deps", "./"+r.name)
		if err != nil {
			return nil, err
		}
		if failed {
			return nil, fmt.Errorf("list what %s is built of: %s", r.name, out)
		}
		findings = append(findings, r.tooMuch(strings.Fields(out))...)
	}
	return findings, nil
}

// tooMuch returns a sentence about each of these packages that the room must not know.
func (r room) tooMuch(packages []string) []string {
	var findings []string
	for _, p := range packages {
		if slices.ContainsFunc(r.never, func(path string) bool { return p == path || below(p, path) }) {
			findings = append(findings, fmt.Sprintf("%s must know nothing of %s", r.name, p))
		}
	}
	return findings
}

// below reports whether a package is in a folder of another, or of a module.
func below(p, path string) bool { return strings.HasPrefix(p, path+"/") }
