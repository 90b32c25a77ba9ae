package loadtest

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"example.com/redis-chat/06-emitter/interop/npm"
)

// peers are the files of the Node.js peer.
//
//go:embed peers/node/server.js peers/node/package.json peers/node/package-lock.json peers/node/.npmrc
var peers embed.FS

func nodeModules(ctx context.Context) (string, error) {
	files, err := fs.Sub(peers, "peers/node")
	if err != nil {
		return "", err
	}
	modules, err := npm.Install(ctx, "load-test", files)
	if err != nil {
		return "", fmt.Errorf("it needs Node.js 18 or newer and npm, once with its registry in reach: %w", err)
	}
	return modules, nil
}

func nodeProgram(ctx context.Context, l *Lab) (program, error) {
	command, env, err := NodeServer(ctx, l.folder)
	if err != nil {
		return program{}, err
	}
	l.Report.addNodeVersions()
	return program{command: command, env: env}, nil
}

// NodeServer is the command that starts one node of the Node.js peer, and what
// it needs in its environment besides the addresses. The server's script is
// written into dir.
func NodeServer(ctx context.Context, dir string) (command, env []string, err error) {
	modules, err := nodeModules(ctx)
	if err != nil {
		return nil, nil, err
	}
	server, err := peers.ReadFile("peers/node/server.js")
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, "server.js")
	if err := os.WriteFile(path, server, 0o600); err != nil {
		return nil, nil, err
	}
	return []string{"node", path}, []string{"NODE_PATH=" + modules}, nil
}

// addNodeVersions adds the versions of Node.js and of the peer's packages.
func (r *Report) addNodeVersions() {
	if node := (Version{"Node.js", firstLine("node", "--version")}); !slices.Contains(r.Versions, node) {
		r.Versions = append(r.Versions, node)
	}
	var pkg struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	text, err := peers.ReadFile("peers/node/package.json")
	if err != nil || json.Unmarshal(text, &pkg) != nil {
		return // it is a part of this program
	}
	for _, name := range slices.Sorted(maps.Keys(pkg.Dependencies)) {
		r.addVersion(name, pkg.Dependencies[name])
	}
}

// ECharts is the library that draws the report's pictures, which npm brings.
func ECharts(ctx context.Context) ([]byte, error) {
	modules, err := nodeModules(ctx)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(modules, "echarts", "dist", "echarts.min.js"))
}
