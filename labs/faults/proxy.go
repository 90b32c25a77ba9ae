package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// proxy stands between a node and one Redis server. Without toxics, which are the
// network's faults as the library calls them, it lets everything pass.
type proxy struct {
	toxi *toxiproxy.Proxy
}

func startProxy(name, server string) (*proxy, error) {
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	p := &proxy{toxi: toxiproxy.NewProxy(api, name, "127.0.0.1:0", server)}
	if err := p.toxi.Start(); err != nil {
		return nil, fmt.Errorf("open a proxy before %s: %w", server, err)
	}
	return p, nil
}

func (p *proxy) addr() string { return p.toxi.Listen }

func (p *proxy) close() { p.toxi.Stop() }

// Toxics, in the library's JSON: what goes wrong, and in which direction.
// "upstream" is from the node to Redis.
var (
	reset     = []string{`{"type":"reset_peer","stream":"downstream","attributes":{"timeout":0}}`, `{"type":"reset_peer","stream":"upstream","attributes":{"timeout":0}}`}
	blackHole = []string{`{"type":"hold","stream":"downstream"}`, `{"type":"hold","stream":"upstream"}`}
	delay     = late(200)[:1]
	dribble   = []string{
		`{"type":"slicer","stream":"downstream","attributes":{"average_size":1,"size_variation":0,"delay":0}}`,
		`{"type":"slicer","stream":"upstream","attributes":{"average_size":1,"size_variation":0,"delay":0}}`,
	}
)

// hold lets nothing pass until it is taken away, and loses nothing. A network that loses
// packets does that to a connection, as TCP sends them again. (The library's "timeout"
// takes bytes out of the middle of a connection, and then closes it.)
type hold struct{}

// Pipe implements toxics.Toxic.
func (*hold) Pipe(stub *toxics.ToxicStub) { <-stub.Interrupt }

func init() {
	toxics.Register("hold", new(hold))
	toxics.Register("loss", new(loss))
}

// late is a way that takes so many milliseconds in each direction.
func late(milliseconds int) (toxics []string) {
	for _, stream := range []string{"downstream", "upstream"} {
		toxics = append(toxics, fmt.Sprintf(`{"type":"latency","stream":%q,"attributes":{"latency":%d}}`, stream, milliseconds))
	}
	return toxics
}

// lose is a way that loses so many of a hundred packets in each direction. TCP sends
// them again, after so many milliseconds, and what was sent after them waits.
func lose(percent, after int) (toxics []string) {
	for _, stream := range []string{"downstream", "upstream"} {
		toxics = append(toxics, fmt.Sprintf(`{"type":"loss","stream":%q,"attributes":{"percent":%d,"after":%d}}`, stream, percent, after))
	}
	return toxics
}

// loss takes a chunk for a packet.
type loss struct {
	Percent int `json:"percent"`
	After   int `json:"after"` // milliseconds
}

// Pipe implements toxics.Toxic.
func (l *loss) Pipe(stub *toxics.ToxicStub) {
	for {
		select {
		case <-stub.Interrupt:
			return
		case c := <-stub.Input:
			if c == nil {
				stub.Close()
				return
			}
			if rand.IntN(100) < l.Percent {
				select {
				case <-time.After(time.Duration(l.After) * time.Millisecond):
				case <-stub.Interrupt:
					stub.Output <- c // nothing is lost when the way becomes good again
					return
				}
			}
			stub.Output <- c
		}
	}
}

// addToxics makes the way through the proxy as bad as the toxics say.
func (p *proxy) addToxics(all []string) error {
	for _, toxic := range all {
		if _, err := p.toxi.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			return fmt.Errorf("disturb %s: %w", p.toxi.Name, err)
		}
	}
	return nil
}

// removeToxics lets everything pass again.
func (p *proxy) removeToxics(ctx context.Context) { p.toxi.Toxics.ResetToxics(ctx) }
