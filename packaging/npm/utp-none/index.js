// webtorrent asks for uTP, and finds nothing in it: Luna's torrents go over TCP (BEP 29 is for the Internet).
module.exports = {}
