package frame

// The two ways in which Parse reads a text frame, for the tests that compare them.
var ParseFast, ParseJSON = parseFast, parseJSON
