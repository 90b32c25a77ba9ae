package loadtest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// slowLoad is the load around a client that reads nothing: 500 connections, and
// messages large enough to fill its queue within seconds.
var slowLoad = Load{Clients: 250, Rate: 100, Size: 4096, Warmup: 2 * time.Second, Length: 12 * time.Second}

// Slow is what one client that reads nothing does to the others.
type Slow struct {
	Without, With Run
	Closed        string  // how the server closed it; "": it did not
	Growth        float64 // bytes that its node grew by, more than without it
}

// Slow runs the same load twice on the same nodes, the second time with one more
// client at the first node. After its welcome this client reads nothing until
// the node has given it up. Then it reads all there is, and so learns why.
func (l *Lab) Slow(ctx context.Context, s System, round int) (slow Slow, err error) {
	c, err := l.Start(ctx, s, 2)
	if err != nil {
		return slow, err
	}
	defer c.Close()
	without, with := slowRun{cluster: c}, slowRun{cluster: c, deaf: true}
	if slow.Without, err = without.run(ctx, l, "500 clients", round); err != nil {
		return slow, err
	}
	if slow.With, err = with.run(ctx, l, "500 clients and one that reads nothing", round); err != nil {
		return slow, err
	}
	slow.Closed, slow.Growth = with.closed, max(0, with.grew-without.grew)
	l.say("%-12s the one that reads nothing: %s; meanwhile its node grew by %.1f MiB, without it by %.1f",
		s.Name, cmp.Or(slow.Closed, "not closed"), with.grew/(1<<20), without.grew/(1<<20))
	return slow, nil
}

// slowRun is one of the two.
type slowRun struct {
	cluster *Cluster
	deaf    bool
	grew    float64 // bytes, of the first node, at most, since the warm-up
	closed  string  // how the deaf client ended
}

func (r *slowRun) run(ctx context.Context, l *Lab, label string, round int) (Run, error) {
	c, load := r.cluster, slowLoad.withDefaults()
	crowd, err := gather(len(c.Nodes), c.Protocol, load)
	if err != nil {
		return Run{}, err
	}
	defer crowd.close()
	if r.deaf {
		crowd.addDeaf()
	}
	if err := crowd.connect(ctx, c.Nodes); err != nil {
		return Run{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	growth := c.watchMemory(0, load.Warmup)
	over, stop := context.WithCancel(ctx)
	var waiting sync.WaitGroup
	if r.deaf {
		waiting.Go(func() { crowd.hearWhenGivenUp(over, c.Nodes[0]) })
	}
	run, err := c.put(ctx, load, crowd, l.watch(label+", "+c.Name))
	stop()
	waiting.Wait()
	r.grew = growth()
	if err != nil {
		return run, err
	}
	l.keep(&run, label, round)
	if r.deaf {
		r.closed = crowd.farewell()
	}
	return run, nil
}

// addDeaf adds a client at the first node that reads nothing. No deliveries to
// it are expected.
func (c *crowd) addDeaf() {
	c.clients = append(c.clients, &client{protocol: c.clients[0].protocol, name: "deaf", room: c.rooms[0], sender: -1, deaf: true})
}

func (c *crowd) deaf() (*client, *engine) {
	last := len(c.clients) - 1
	return c.clients[last], c.engines[last%len(c.engines)]
}

// hearWhenGivenUp makes the deaf client read again when its node says that it
// closes the client, or when ctx, the load, is over.
func (c *crowd) hearWhenGivenUp(ctx context.Context, node string) {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for !givenUp(ctx, node) {
		select {
		case <-look.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	cl, e := c.deaf()
	e.hear(cl)
}

// givenUp asks a node's metrics, where it has any, whether it has closed a
// client for reading too slowly.
func givenUp(ctx context.Context, node string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+node+"/metrics", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return err == nil && bytes.Contains(text, []byte("\nchat_slow_clients_total 1"))
}

// farewellWait is how long a server may take to say goodbye.
var farewellWait = 5 * time.Second

// farewell waits for the end of the deaf client's connection, and returns how it
// ended; "": it did not.
func (c *crowd) farewell() string {
	cl, e := c.deaf()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(farewellWait); time.Now().Before(end); <-look.C {
		e.recorder.mu.Lock()
		why := cl.why
		e.recorder.mu.Unlock()
		if why != "" {
			return why
		}
	}
	return ""
}

// closedTooSlow reports whether the close frame says that the client reads too slowly.
func (s Slow) closedTooSlow() bool { return strings.Contains(s.Closed, "1013") }

// watchMemory begins to follow the memory of node i when the time after has
// passed. A call of grew ends that, and returns by how many bytes the memory
// has grown at most.
func (c *Cluster) watchMemory(i int, after time.Duration) (grew func() float64) {
	result := make(chan float64)
	stop := make(chan struct{})
	go func() {
		var first, most float64
		look := time.NewTicker(100 * time.Millisecond)
		defer look.Stop()
		for began := time.Now(); ; {
			if u, err := usage(c.servers[i].name, c.servers[i].stats); err == nil && time.Since(began) > after {
				first, most = cmp.Or(first, float64(u.Resident)), max(most, float64(u.Resident))
			}
			select {
			case <-look.C:
			case <-stop:
				result <- most - first
				return
			}
		}
	}()
	return func() float64 {
		close(stop)
		return <-result
	}
}
