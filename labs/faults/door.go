package faults

import (
	"context"
	"fmt"
	"strings"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// door is a proxy between a node and one Redis server. Open, it lets everything
// pass; the network's faults are toxics of the library's.
type door struct {
	proxy *toxiproxy.Proxy
}

func openDoor(name, server string) (*door, error) {
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	d := &door{proxy: toxiproxy.NewProxy(api, name, "127.0.0.1:0", server)}
	if err := d.proxy.Start(); err != nil {
		return nil, fmt.Errorf("open a proxy before %s: %w", server, err)
	}
	return d, nil
}

func (d *door) addr() string { return d.proxy.Listen }

func (d *door) close() { d.proxy.Stop() }

// Toxics, as JSON of the library's: what goes wrong, in which direction.
// "upstream" is from the node to Redis.
var (
	reset     = []string{`{"type":"reset_peer","stream":"downstream","attributes":{"timeout":0}}`, `{"type":"reset_peer","stream":"upstream","attributes":{"timeout":0}}`}
	blackHole = []string{`{"type":"timeout","stream":"downstream","attributes":{"timeout":0}}`, `{"type":"timeout","stream":"upstream","attributes":{"timeout":0}}`}
	delay     = []string{`{"type":"latency","stream":"downstream","attributes":{"latency":200}}`}
	dribble   = []string{
		`{"type":"slicer","stream":"downstream","attributes":{"average_size":1,"size_variation":0,"delay":0}}`,
		`{"type":"slicer","stream":"upstream","attributes":{"average_size":1,"size_variation":0,"delay":0}}`,
	}
)

// poison makes the way through the door as bad as the toxics say.
func (d *door) poison(toxics []string) error {
	for _, toxic := range toxics {
		if _, err := d.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			return fmt.Errorf("disturb %s: %w", d.proxy.Name, err)
		}
	}
	return nil
}

// clean takes all toxics away.
func (d *door) clean(ctx context.Context) { d.proxy.Toxics.ResetToxics(ctx) }
