package deploy

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

type labels map[string]string

type selector struct {
	MatchLabels labels `yaml:"matchLabels"`
}

// manifest is what the tests look at of any kind.
type manifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Spec       struct {
		Selector any // a Service's are labels alone
		Replicas *int
		Ports    []struct {
			Name       string
			Port       int
			TargetPort string `yaml:"targetPort"`
		}
		Template struct {
			Metadata struct{ Labels labels }
			Spec     pod
		}
		ScaleTargetRef struct{ Kind, Name string } `yaml:"scaleTargetRef"`
		MinReplicas    int                         `yaml:"minReplicas"`
		Metrics        []struct {
			Pods struct {
				Metric struct{ Name string }
				Target struct {
					AverageValue string `yaml:"averageValue"`
				}
			}
		}
		PodSelector selector `yaml:"podSelector"`
		Rules       []struct {
			HTTP struct {
				Paths []struct {
					Path    string
					Backend struct {
						Service struct {
							Name string
							Port struct{ Name string }
						}
					}
				}
			}
		}
	}
}

type pod struct {
	TerminationGracePeriodSeconds int `yaml:"terminationGracePeriodSeconds"`
	TopologySpreadConstraints     []struct {
		LabelSelector selector `yaml:"labelSelector"`
	} `yaml:"topologySpreadConstraints"`
	InitContainers []container `yaml:"initContainers"`
	Containers     []container
}

type container struct {
	Name, Image   string
	RestartPolicy string `yaml:"restartPolicy"`
	Args          []string
	Env           []struct {
		Name, Value string
		ValueFrom   any `yaml:"valueFrom"`
	}
	Ports []struct {
		Name          string
		ContainerPort int `yaml:"containerPort"`
	}
	LivenessProbe  probe `yaml:"livenessProbe"`
	ReadinessProbe probe `yaml:"readinessProbe"`
	Resources      struct{ Limits struct{ Memory string } }
}

type probe struct {
	HTTPGet          struct{ Path, Port string } `yaml:"httpGet"`
	PeriodSeconds    int                         `yaml:"periodSeconds"`
	FailureThreshold int                         `yaml:"failureThreshold"`
	TimeoutSeconds   int                         `yaml:"timeoutSeconds"`
}

func (p pod) container(t *testing.T, name string) container {
	t.Helper()
	for _, c := range append(append([]container{}, p.InitContainers...), p.Containers...) {
		if c.Name == name {
			return c
		}
	}
	require.Fail(t, "no container", name)
	return container{}
}

func (c container) value(name string) string {
	for _, v := range c.Env {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// manifests are those of all files, by kind and name.
func manifests(t *testing.T) map[string]manifest {
	t.Helper()
	all := map[string]manifest{}
	for _, file := range []string{"redis", "nodes", "autoscale", "ingress"} {
		for _, m := range documents[manifest](t, "kubernetes/"+file+".yaml") {
			key := m.Kind + "/" + m.Metadata.Name
			require.NotContains(t, all, key, "twice")
			all[key] = m
		}
	}
	return all
}

func nodePod(t *testing.T) pod { return manifests(t)["Deployment/chat-node"].Spec.Template.Spec }

func scaler(t *testing.T) manifest { return manifests(t)["HorizontalPodAutoscaler/chat-node"] }

func TestTheManifestsNameEachOther(t *testing.T) {
	all := manifests(t)
	nodes := all["Deployment/chat-node"].Spec
	master := all["StatefulSet/chat-redis"].Spec
	for key, selects := range map[string]labels{"Service/chat": nodes.Template.Metadata.Labels, "Service/chat-redis": master.Template.Metadata.Labels} {
		for name, value := range all[key].Spec.Selector.(map[string]any) {
			require.Equal(t, selects[name], value, key)
		}
	}
	for key, selects := range map[string]labels{
		"Deployment/chat-node": nodes.Template.Metadata.Labels, "PodDisruptionBudget/chat-node": nodes.Template.Metadata.Labels,
		"StatefulSet/chat-redis": master.Template.Metadata.Labels,
	} {
		matching := all[key].Spec.Selector.(map[string]any)["matchLabels"].(map[string]any)
		require.NotEmpty(t, matching, key)
		for name, value := range matching {
			require.Equal(t, selects[name], value, key)
		}
	}
	require.Equal(t, master.Template.Metadata.Labels, all["NetworkPolicy/chat-redis"].Spec.PodSelector.MatchLabels)
	for _, spread := range nodes.Template.Spec.TopologySpreadConstraints {
		require.Equal(t, nodes.Template.Metadata.Labels, spread.LabelSelector.MatchLabels)
	}
	require.Len(t, nodes.Template.Spec.TopologySpreadConstraints, 2)
	require.Equal(t, 1, *master.Replicas, "two would be two masters")
	require.Nil(t, nodes.Replicas, "the autoscaler has them")
	require.Equal(t, "Deployment/chat-node", scaler(t).Spec.ScaleTargetRef.Kind+"/"+scaler(t).Spec.ScaleTargetRef.Name)

	node := nodes.Template.Spec.container(t, "node")
	require.Equal(t, node.Ports[0].Name, all["Service/chat"].Spec.Ports[0].TargetPort)
	require.Equal(t, 3000, node.Ports[0].ContainerPort)
	require.Contains(t, all, "Service/"+node.value("PUB_HOST"))
	require.Contains(t, nodes.Template.Spec.container(t, "replica").Args, node.value("PUB_HOST"), "the replica follows the server that the node publishes at")
}

// The replica ends after its node: else the clients miss what is said while the node sends them away.
func TestTheReplicaOutlivesItsNode(t *testing.T) {
	p := nodePod(t)
	require.Len(t, p.InitContainers, 1)
	replica := p.InitContainers[0]
	require.Equal(t, "Always", replica.RestartPolicy, "that makes it a companion")
	require.Equal(t, "127.0.0.1", p.container(t, "node").value("SUB_HOST"), "each node hears its own")
	require.Equal(t, 6379, replica.Ports[0].ContainerPort)
}

func TestKubernetesAsksWhatTheNodeAnswers(t *testing.T) {
	c := nodePod(t).container(t, "node")
	for path, p := range map[string]probe{"/healthz": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		require.Equal(t, path, p.HTTPGet.Path, "a deaf node is taken out, and not killed")
		require.Equal(t, c.Ports[0].Name, p.HTTPGet.Port)
	}
	n := startNode(t, redistest.Start(t).Options().Addr)
	require.Eventually(t, func() bool { return strings.Contains(n.log.String(), "ready: delivery is proven") }, patience, tick)
	n.get(t, c.LivenessProbe.HTTPGet.Path)
	n.get(t, c.ReadinessProbe.HTTPGet.Path)
	delay, err := time.ParseDuration(c.value("DRAIN_DELAY"))
	require.NoError(t, err)
	r := c.ReadinessProbe
	require.Greater(t, delay, time.Duration(r.PeriodSeconds*r.FailureThreshold+r.TimeoutSeconds)*time.Second, "the Service must have noticed")
}

func TestTheOtherNodesHaveRoomForThoseOfOneThatFails(t *testing.T) {
	c := nodePod(t).container(t, "node")
	limit, err := strconv.Atoi(c.value("MAX_CONNS"))
	require.NoError(t, err)
	hpa := scaler(t).Spec
	usual, err := strconv.Atoi(hpa.Metrics[0].Pods.Target.AverageValue)
	require.NoError(t, err)
	require.Equal(t, "chat_connections", hpa.Metrics[0].Pods.Metric.Name)
	require.LessOrEqual(t, usual*hpa.MinReplicas, limit*(hpa.MinReplicas-1))
	require.Equal(t, "1Gi", c.Resources.Limits.Memory)
	require.Equal(t, "900MiB", c.value("GOMEMLIMIT"), "below the limit, at which the kernel kills")
}

func TestTheWayInKeepsInsideWhatIsForThoseInside(t *testing.T) {
	all := manifests(t)
	to := map[string]string{}
	for _, p := range all["Ingress/chat"].Spec.Rules[0].HTTP.Paths {
		service := all["Service/"+p.Backend.Service.Name]
		require.Equal(t, service.Spec.Ports[0].Name, p.Backend.Service.Port.Name, p.Path)
		to[p.Path] = p.Backend.Service.Name
	}
	require.Equal(t, map[string]string{"/": "chat", "/metrics": "chat-nobody", "/readyz": "chat-nobody"}, to)
	require.Nil(t, all["Service/chat-nobody"].Spec.Selector, "nobody serves it")
}
