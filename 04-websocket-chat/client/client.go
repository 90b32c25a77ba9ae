package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Client is a connection to a node, seen from the client's end.
//
// One goroutine reads the connection, from Dial until the connection ends. It hands each message to Receive and
// reads the next one only then, so a program that stops receiving is a slow client, exactly as a slow browser is.
// A context that ends while Receive waits costs nothing: the message stays for the next call.
//
// All methods may be called by several goroutines at once.
type Client struct {
	conn     *websocket.Conn
	peer     string  // the URL without its query, for sentences
	first    Message // $welcome, as it came
	welcome  frame.Welcome
	messages chan Message  // unbuffered: when the reader has ended, nothing is left behind in it
	writing  chan struct{} // holds one token: gorilla allows one writer at a time
	closing  chan struct{} // closed by Close: nobody takes messages any more
	ended    chan struct{} // closed by the reader, after err is set
	err      error
	once     sync.Once
}

// DialOptions says who the client is. The zero value is a guest in the node's default room.
type DialOptions struct {
	Name  string // default: the node makes one up, guest- and four characters; with a token, the token's
	Room  string // default: the node's, lobby
	Token string // that lets the client in, where the node wants one; it goes as a header, which no log shows. Default: none
	// Last is how far the client has come on its connections before. Where the nodes keep messages, it gets what it has missed
	// since, at any node, before what is new; other nodes take no notice. The zero value is a new client.
	Last Last
	// History is how many messages of the room a new client wants to have, where the nodes keep messages.
	History int

	// DialContext makes the socket; default: a TCP connection. A proxy, or in tests of time a pipe, may be another.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Message is what a node sends: a text frame, decoded, or a binary one, whose Event is "binary".
type Message struct {
	frame.Frame
	Text   []byte // the text frame as it came; nil for a binary one
	Binary []byte // the payload of a binary frame; nil for a text one
}

// The time that Close gives the node to answer the close frame before the connection is cut.
const closeWait = time.Second

// Dial connects to the node at rawURL and returns when it has said $welcome. http, https, ws and wss are
// understood, "host:port" alone means ws, and the path /ws is added when it is not there. A node that refuses
// gives a *RefusedError. ctx bounds the dialling only.
func Dial(ctx context.Context, rawURL string, o DialOptions) (*Client, error) {
	u, err := endpoint(rawURL, o)
	if err != nil {
		return nil, err
	}
	peer := u.Scheme + "://" + u.Host + u.Path
	if err := CheckToken(o.Token); err != nil {
		return nil, fmt.Errorf("dial %s: %w", peer, err)
	}
	dialer := *websocket.DefaultDialer
	stop := func() bool { return true }
	if o.DialContext == nil {
		o.DialContext = new(net.Dialer).DialContext
	}
	dialer.NetDialContext = func(dialing context.Context, network, addr string) (net.Conn, error) {
		conn, err := o.DialContext(dialing, network, addr)
		if err == nil { // from here on the dialer looks at deadlines only
			stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
	var header http.Header
	if o.Token != "" {
		header = http.Header{"Authorization": {"Bearer " + o.Token}}
	}
	conn, resp, err := dialer.DialContext(ctx, u.String(), header)
	stop()
	if err != nil {
		if errors.Is(err, websocket.ErrBadHandshake) {
			return nil, refusal(resp) // the node's own sentence says it all
		}
		return nil, fmt.Errorf("dial %s: %w", peer, explainTLS(err))
	}
	c := &Client{
		conn:     conn,
		peer:     peer,
		messages: make(chan Message),
		writing:  make(chan struct{}, 1),
		closing:  make(chan struct{}),
		ended:    make(chan struct{}),
	}
	go c.read()
	if err := c.awaitWelcome(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("dial %s: %w", peer, err)
	}
	return c, nil
}

// Welcome returns what the node said first.
func (c *Client) Welcome() frame.Welcome { return c.welcome }

// WelcomeMessage returns the same as it came. Receive does not return it.
func (c *Client) WelcomeMessage() Message { return c.first }

// Receive waits for the next message. When the connection has ended it returns why, again and again: a
// *websocket.CloseError where the node closed it (1001, 1008, 1013 and so on; 1006 when it vanished).
func (c *Client) Receive(ctx context.Context) (Message, error) {
	select {
	case m := <-c.messages:
		return m, nil
	case <-c.ended:
		return Message{}, c.err
	case <-ctx.Done():
		return Message{}, ctx.Err()
	}
}

// Messages is where Receive takes messages from, for a select that waits for more. It is never closed: see Done.
func (c *Client) Messages() <-chan Message { return c.messages }

// Done is closed when the connection has ended, whoever ended it. By then all that was read before has been received.
func (c *Client) Done() <-chan struct{} { return c.ended }

// Err returns why the connection has ended, as Receive does, and nil while it has not.
func (c *Client) Err() error {
	select {
	case <-c.ended:
		return c.err
	default:
		return nil
	}
}

// Send writes one frame. A context that ends in the middle of it ends the connection: half a frame cannot be taken back.
func (c *Client) Send(ctx context.Context, f frame.Frame) error {
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("encode event %q: %w", f.Event, err)
	}
	return c.write(ctx, websocket.TextMessage, text)
}

// SendBinary writes one binary frame, which reaches the room of the URL as event "binary".
func (c *Client) SendBinary(ctx context.Context, payload []byte) error {
	return c.write(ctx, websocket.BinaryMessage, payload)
}

// Close says goodbye with 1000, waits up to a second for the node's answer, and ends the reader. What arrives
// meanwhile is dropped.
func (c *Client) Close() error {
	c.once.Do(func() {
		close(c.closing)
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "the client is leaving")
		// An error here means that the connection has ended already, which is what Close wants.
		_ = c.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(closeWait))
		patience := time.NewTimer(closeWait)
		defer patience.Stop()
		select {
		case <-c.ended:
		case <-patience.C:
			c.conn.Close() // the reader ends on it
			<-c.ended
		}
	})
	return nil
}

// read is the reader: it alone reads the connection, and it closes it.
func (c *Client) read() {
	defer close(c.ended)
	defer c.conn.Close()
	ahead := "" // the place of the binary frame that follows
	for {
		kind, payload, err := c.conn.ReadMessage()
		if err != nil {
			if _, closed := err.(*websocket.CloseError); !closed {
				err = fmt.Errorf("read from %s: %w", c.peer, err)
			}
			c.err = err
			return
		}
		m := Message{Frame: frame.Frame{Event: frame.EventBinary, Place: ahead}, Binary: payload}
		if kind == websocket.TextMessage {
			m = Message{Text: payload}
			if err := json.Unmarshal(payload, &m.Frame); err != nil {
				c.err = fmt.Errorf("read from %s: a text frame that is not a chat frame: %w", c.peer, err)
				return
			}
		}
		if ahead = ""; m.Event == frame.EventPlace {
			ahead = m.Place
			continue
		}
		select {
		case c.messages <- m:
		case <-c.closing: // read on, to the node's close frame
		}
	}
}

func (c *Client) write(ctx context.Context, kind int, payload []byte) error {
	if ctx.Err() != nil { // or chance would decide: the end of ctx may have ended the connection, too
		return ctx.Err()
	}
	select {
	case c.writing <- struct{}{}:
		defer func() { <-c.writing }()
	case <-c.ended:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
	// Closing is the one way to stop a write that another goroutine is in.
	stop := context.AfterFunc(ctx, func() { c.conn.NetConn().Close() })
	defer stop()
	if err := c.conn.WriteMessage(kind, payload); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("send to %s: %w", c.peer, err)
	}
	return nil
}

func (c *Client) awaitWelcome(ctx context.Context) error {
	m, err := c.Receive(ctx)
	if err != nil {
		return fmt.Errorf("connected, but no $welcome: %w", err)
	}
	if m.Event != frame.EventWelcome {
		return fmt.Errorf("the first frame is %q, not $welcome: this is no chat node", m.Event)
	}
	c.first = m
	if err := json.Unmarshal(m.Data, &c.welcome); err != nil {
		return fmt.Errorf("the data of $welcome: %w", err)
	}
	return nil
}
