// webtorrent asks whether WebRTC is there; these names say that it is not.
export const RTCPeerConnection = undefined
export const RTCSessionDescription = undefined
export const RTCIceCandidate = undefined
