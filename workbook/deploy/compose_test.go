package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

const (
	composeFile = "deploy/compose/compose.yaml"
	password    = "a-password-of-the-test"
)

// project is compose.yaml as Docker Compose reads it, by Compose's own library: with its schema, its merges, and the
// values of .env put in.
func project(t *testing.T, env ...string) (*types.Project, error) {
	t.Helper()
	o, err := cli.NewProjectOptions([]string{filepath.Join(root(t), composeFile)}, cli.WithEnv(env), cli.WithResolvedPaths(true))
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
