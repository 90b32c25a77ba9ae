package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

const (
	composeFile = "deploy/compose/compose.yaml"
	usersFile   = "deploy/compose/users.yaml"
	password    = "a-password-of-the-test"
)

// project is compose.yaml as Docker Compose reads it, by Compose's own library: with its schema, its merges, and the
// values of .env put in.
func project(t *testing.T, env ...string) (*types.Project, error) {
	t.Helper()
	return projectOf(t, []string{composeFile}, env...)
}

// projectOf is what several files are together.
func projectOf(t *testing.T, files []string, env ...string) (*types.Project, error) {
	t.Helper()
	var paths []string
	for _, file := range files {
		paths = append(paths, filepath.Join(root(t), file))
	}
	o, err := cli.NewProjectOptions(paths, cli.WithEnv(env), cli.WithResolvedPaths(true))
	require.NoError(t, err)
	return o.LoadProject(t.Context())
}

func services(t *testing.T) types.Services {
	t.Helper()
	p, err := project(t, "REDIS_PASSWORD="+password)
	require.NoError(t, err)
	require.Len(t, p.Services, 6, "master, two replicas, two nodes, proxy")
	return p.Services
}

func address(s types.ServiceConfig) string { return s.Networks["chat"].Ipv4Address }

// environment is what the service gets.
func environment(s types.ServiceConfig) map[string]string {
	values := map[string]string{}
	for name, value := range s.Environment {
		values[name] = *value
	}
	return values
}

// A password that nobody has set would be none.
func TestComposeWantsAPassword(t *testing.T) {
	_, err := project(t)
	require.ErrorContains(t, err, "REDIS_PASSWORD")
	require.ErrorContains(t, err, "write it into .env")
}

func TestComposeNamesWhatThereIs(t *testing.T) {
	p, err := project(t, "REDIS_PASSWORD="+password)
	require.NoError(t, err)
	addresses := map[string]string{}
	for name, s := range p.Services {
		require.NotEmpty(t, address(s), name)
		require.NotContains(t, addresses, address(s), "%s and %s", name, addresses[address(s)])
		addresses[address(s)] = name
		for other := range s.DependsOn {
			require.Contains(t, p.Services, other, name)
		}
		for _, v := range s.Volumes {
			switch {
			case v.Type == types.VolumeTypeVolume:
				require.Contains(t, p.Volumes, v.Source, name)
			case filepath.Base(v.Source) != "chat.pem": // which whoever starts it makes
				require.FileExists(t, v.Source, name)
			}
		}
		if s.Image == "chat-node" {
			require.FileExists(t, filepath.Join(s.Build.Context, s.Build.Dockerfile), name)
			require.Contains(t, p.Services, environment(s)["PUB_HOST"], name)
			require.Contains(t, p.Services, environment(s)["SUB_HOST"], name)
			require.Equal(t, address(p.Services["proxy"]), environment(s)["TRUSTED_PROXIES"], name)
			require.Equal(t, 32768, s.Ulimits["nofile"].Single, name)
		}
		require.Equal(t, name == "proxy", len(s.Ports) > 0, "the outside reaches the proxy alone")
	}
	require.NotEqual(t, environment(p.Services["node1"])["SUB_HOST"], environment(p.Services["node2"])["SUB_HOST"], "each node has its own replica")
	haproxy, err := os.ReadFile(filepath.Join(root(t), "deploy", "haproxy", "haproxy.cfg"))
	require.NoError(t, err)
	clients, err := strconv.Atoi(regexp.MustCompile(`(?m)^  maxconn (\d+)$`).FindStringSubmatch(string(haproxy))[1])
	require.NoError(t, err)
	require.Greater(t, p.Services["proxy"].Ulimits["nofile"].Single, 2*clients+100, "else haproxy does not start")
	for _, node := range []string{"node1", "node2"} {
		require.Contains(t, string(haproxy), " "+address(p.Services[node])+":3000\n", "haproxy knows %s", node)
	}
}

// With users.yaml each service has the user that users.acl has for it, and nobody has the one password.
func TestComposeWithUsersHasThoseOfTheFile(t *testing.T) {
	_, err := projectOf(t, []string{composeFile, usersFile}, "REDIS_PASSWORD=node-secret")
	require.ErrorContains(t, err, "REPLICA_PASSWORD")
	p, err := projectOf(t, []string{composeFile, usersFile}, "REDIS_PASSWORD=node-secret", "REPLICA_PASSWORD=replica-secret")
	require.NoError(t, err)
	users := read(t, "redis/users.acl")
	for name, s := range p.Services {
		switch {
		case s.Image == "chat-node":
			env := environment(s)
			require.Contains(t, users, "user "+env["REDIS_USERNAME"]+" on >"+env["REDIS_PASSWORD"]+" ", name)
		case name != "proxy":
			flags := map[string]string{}
			for i, word := range s.Command {
				if strings.HasPrefix(word, "--") {
					flags[word] = s.Command[i+1]
				}
			}
			require.Contains(t, users, "user "+flags["--masteruser"]+" on >"+flags["--masterauth"]+" ", name)
			require.Equal(t, "", flags["--requirepass"], name)
			require.NotContains(t, s.Command, "node-secret", name)
			mounted := map[string]string{}
			for _, v := range s.Volumes {
				mounted[v.Target] = v.Source
			}
			require.Equal(t, filepath.Join(root(t), "deploy", "redis", "users.acl"), mounted[flags["--aclfile"]], name)
			require.FileExists(t, mounted[s.Command[1]], "%s keeps its settings", name)
			require.Contains(t, mounted, flags["--dir"], name)
			require.Equal(t, name != "master", flags["--replicaof"] == "master", name)
		}
	}
}
