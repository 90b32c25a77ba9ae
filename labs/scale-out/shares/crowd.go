package shares

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/labs/scale-out/lane"
)

// members of each room: one speaks, all but that one hear it.
const members = 3

// rooms are so many rooms for each of eight nodes. A balancer that knows the lanes sends the clients of a room to the node of its lane, so no two
// nodes have one in common. Neighbouring lanes are at different sets: each node has rooms at both.
func rooms(each int) (of [][]string) {
	of = make([][]string, most)
	for i, full := 0, 0; full < most; i++ {
		room := fmt.Sprint("room ", i)
		node := int(lane.Of(room)) / 2 % most
		if len(of[node]) < each {
			if of[node] = append(of[node], room); len(of[node]) == each {
				full++
			}
		}
	}
	return of
}

// crowd is all clients of a system.
type crowd struct {
	speakers []*chatclient.Client
	all      []*chatclient.Client
}

// come has everybody connect.
func (c *crowd) come(ctx context.Context, urls []string, of [][]string) error {
	var group errgroup.Group
	group.SetLimit(8)
	clients := make(chan *chatclient.Client)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for client := range clients {
			c.all = append(c.all, client)
			if client.Welcome().Name == speaker {
				c.speakers = append(c.speakers, client)
			} else {
				go hear(client)
			}
		}
	}()
	for node, url := range urls {
		for _, room := range of[node] {
			for i := range members {
				group.Go(func() error {
					client, err := chatclient.Dial(ctx, url, chatclient.DialOptions{Name: []string{speaker, "bob", "carol"}[i], Room: room})
					if err == nil {
						clients <- client
					}
					return err
				})
			}
		}
	}
	err := group.Wait()
	close(clients)
	<-done
	return err
}

const speaker = "alice"

// hear takes what comes, until the connection ends.
func hear(c *chatclient.Client) {
	for {
		if _, err := c.Receive(context.Background()); err != nil {
			return
		}
	}
}

// speak has each speaker say something about every so often, until ctx ends.
func (c *crowd) speak(ctx context.Context, every time.Duration) error {
	group, ctx := errgroup.WithContext(ctx)
	data := json.RawMessage(`"` + fmt.Sprintf("%064d", 0) + `"`)
	for _, client := range c.speakers {
		go hear(client)
		group.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(every/2 + rand.N(every)):
				}
				if err := client.Send(ctx, frame.Frame{Event: "message", Data: data}); err != nil && ctx.Err() == nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

func (c *crowd) leave() {
	for _, client := range c.all {
		_ = client.Close() // the node goes next
	}
}
