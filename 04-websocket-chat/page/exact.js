// The numbers of others as they were sent. JavaScript has 53 bits for a whole number: of 9007199254740993 it makes
// 9007199254740992, and an id that a page shows so is somebody else's.

const tokens = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g; // strings, whose digits are no numbers, and numbers

// exact returns the data of a frame, given as JSON, as JSON without spaces and with each number as it stands there.
// While the rest is read and written anew, a number is replaced by its place in a list.
export function exact(frame) {
  const numbers = [];
  const places = frame.replaceAll(tokens, (token) => (token.startsWith('"') ? token : numbers.push(token) - 1));
  const data = JSON.stringify(JSON.parse(places).data);
  return data.replaceAll(tokens, (token) => (token.startsWith('"') ? token : numbers[token]));
}
