package idle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/gorilla/websocket"

	chat "example.com/redis-chat/04-websocket-chat"
)

// reading is what a goroutine needs to read frames. It is borrowed: a socket that is quiet has none.
type reading struct {
	s       *socket
	ahead   []byte // comes before anything that the socket has
	between bool   // no byte of the next frame is here
	begun   bool   // a message has been handed out, which may not have been read to its end
	buf     *bufio.Reader
	frames  wsutil.Reader
	payload [ws.MaxControlFramePayloadSize]byte // of a control frame; here, so that no ping leaves garbage
}

var readings = sync.Pool{New: func() any {
	r := &reading{buf: bufio.NewReaderSize(nil, 4096)}
	// The hub has a limit of its own, and answers. This one is for sums of lengths that are no number any more.
	r.frames = wsutil.Reader{Source: r.buf, State: ws.StateServerSide, MaxMessageSize: math.MaxInt64}
	r.frames.OnIntermediate = func(h ws.Header, payload io.Reader) error { return r.control(h, payload) }
	return r
}}

func borrow(s *socket) *reading {
	r := readings.Get().(*reading)
	r.s = s
	r.buf.Reset(r)
	return r
}

// giveBack is for a reading that is between two frames: in all others something of their client is left.
func (r *reading) giveBack() {
	r.s = nil
	readings.Put(r)
}

// Read implements io.Reader for the buffer.
func (r *reading) Read(p []byte) (n int, err error) {
	if len(r.ahead) > 0 {
		n = copy(p, r.ahead)
		r.ahead = r.ahead[n:]
	} else {
		n, err = r.s.Read(p)
	}
	if n > 0 {
		r.between = false
	}
	return n, err
}

// NextReader implements chat.WebSocket. It answers as gorilla's does, with errors of the same kinds, because the hub tells by
// them what became of its client.
func (s *socket) NextReader() (kind int, message io.Reader, err error) {
	for {
		if s.reading == nil {
			s.reading = borrow(s)
		}
		r := s.reading
		h, err := r.next()
		switch {
		case err == chat.ErrNothingYet:
			s.reading = nil
			r.giveBack()
			if s.state.CompareAndSwap(busy, quiet) {
				return 0, nil, err // from here on another goroutine may be reading
			}
			s.state.Store(busy) // something has come meanwhile
		case err != nil:
			return 0, nil, r.failed(err)
		case h.OpCode.IsControl():
			if err := r.control(h, &r.frames); err != nil {
				return 0, nil, r.failed(err)
			}
		default:
			r.begun = true
			return int(h.OpCode), (*body)(r), nil // 1 is text, 2 is binary, in RFC 6455 and so everywhere
		}
	}
}

// next reads the header of the next frame that begins a message, or stands between two.
func (r *reading) next() (ws.Header, error) {
	if r.begun { // the rest of a message that was too large
		if err := r.frames.Discard(); err != nil {
			return ws.Header{}, err
		}
		r.begun = false
	}
	r.between = r.buf.Buffered() == 0 && len(r.ahead) == 0
	first, err := r.buf.Peek(2)
	r.between = false
	if err != nil {
		return ws.Header{}, err
	}
	// The library looks at a header when all of it is here. What is wrong is wrong from its second byte on, and who
	// is wrong may send no more.
	err = ws.CheckHeader(ws.Header{
		Fin: first[0]&0x80 != 0, Rsv: first[0] >> 4 & 7, OpCode: ws.OpCode(first[0] & 15),
		Masked: first[1]&0x80 != 0, Length: int64(first[1] & 0x7f),
	}, r.frames.State)
	if err != nil {
		return ws.Header{}, err
	}
	return r.frames.NextFrame()
}

// control handles a ping, a pong or a close frame.
func (r *reading) control(h ws.Header, from io.Reader) error {
	payload := r.payload[:h.Length]
	if _, err := io.ReadFull(from, payload); err != nil {
		return err
	}
	switch h.OpCode {
	case ws.OpPing:
		return r.s.onPing(string(payload))
	case ws.OpPong:
		return r.s.onPong(string(payload))
	default:
		code, text := ws.ParseCloseFrameData(payload)
		switch {
		case len(payload) < 2:
			code = websocket.CloseNoStatusReceived
		case !sendable(code):
			return ws.ProtocolError(fmt.Sprintf("bad close code %d", code))
		case !utf8.ValidString(text):
			return ws.ErrProtocolInvalidUTF8
		}
		closed := &websocket.CloseError{Code: int(code), Text: text}
		if err := r.s.onClose(closed.Code, closed.Text); err != nil {
			return err
		}
		return closed
	}
}

// body is what a reading reads of a message, over all frames of it.
type body reading

// Read implements io.Reader.
func (m *body) Read(p []byte) (int, error) {
	n, err := m.frames.Read(p)
	if err != nil && err != io.EOF { // which is the message's own end, and no other
		err = (*reading)(m).failed(err)
	}
	return n, err
}

// sendable reports whether a client may send that code: those of RFC 6455 and of IANA's registry, and 3000 to 4999. The
// library's own check knows none that was registered later, and a client echoes our 1013.
func sendable(code ws.StatusCode) bool {
	return 1000 <= code && code <= 1014 && (code < 1004 || code > 1006) || 3000 <= code && code <= 4999
}

// failed says why reading ends. A client that breaks RFC 6455 is told so at once, past the hub's queue.
func (r *reading) failed(err error) error {
	var violation ws.ProtocolError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &websocket.CloseError{Code: websocket.CloseAbnormalClosure, Text: io.ErrUnexpectedEOF.Error()}
	case errors.Is(err, ws.ErrHeaderLengthMSB), errors.Is(err, wsutil.ErrMessageTooLarge):
		return websocket.ErrReadLimit
	case errors.As(err, &violation):
		_ = r.s.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = r.s.Write(ws.MustCompileFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusProtocolError, violation.Error()))))
	}
	return err
}

// NetConn implements chat.WebSocket.
func (s *socket) NetConn() net.Conn { return s }

// SetCloseHandler implements chat.WebSocket.
func (s *socket) SetCloseHandler(f func(code int, text string) error) { s.onClose = f }

// SetPingHandler implements chat.WebSocket.
func (s *socket) SetPingHandler(f func(payload string) error) { s.onPing = f }

// SetPongHandler implements chat.WebSocket.
func (s *socket) SetPongHandler(f func(payload string) error) { s.onPong = f }
