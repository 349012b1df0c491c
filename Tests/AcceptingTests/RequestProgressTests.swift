import Testing

@testable import Accepting

struct RequestProgressTests {
    private typealias Step = RequestProgress.Step

    @Test func `a whole request is handed on and the next one awaited`() {
        var progress = RequestProgress(bodyBytesMax: 10)
        #expect(progress.bytesArrived() == .set(.request))
        #expect(progress.headArrived(contentLength: 10, expectsInvitation: false) == .nothing)
        #expect(progress.bodyArrived(bytes: 4) == .keep)
        #expect(progress.bodyArrived(bytes: 6) == .keep)
        #expect(progress.requestEnded() == .handOn)
        #expect(progress.answerWritten() == .set(.nextRequest))
        #expect(progress.phase == .waiting)
    }

    @Test(arguments: [(10, false), (11, true), (Int.max, true)])
    func `a claimed length beyond the limit is refused before the body is read`(length: Int, isRefused: Bool)
    {
        var progress = RequestProgress(bodyBytesMax: 10)
        _ = progress.bytesArrived()
        let step = progress.headArrived(contentLength: length, expectsInvitation: true)
        #expect(step == (isRefused ? .refuse(.tooLarge) : .invite))
    }

    @Test func `a body that grows past the limit is refused, whatever was claimed`() {
        var progress = RequestProgress(bodyBytesMax: 10)
        _ = progress.headArrived(contentLength: nil, expectsInvitation: false)
        #expect(progress.bodyArrived(bytes: 10) == .keep)
        #expect(progress.bodyArrived(bytes: 1) == .refuse(.tooLarge))
        #expect(progress.bodyArrived(bytes: 1) == .nothing)
        #expect(progress.requestEnded() == .nothing)
    }

    @Test func `time that passes ends each phase in its own way`() {
        var idle = RequestProgress(bodyBytesMax: 10)
        #expect(idle.timePassed() == .close)
        var slowHead = RequestProgress(bodyBytesMax: 10)
        _ = slowHead.bytesArrived()
        #expect(slowHead.timePassed() == .refuse(.tooSlow))
        #expect(slowHead.timePassed() == .close)
        var slowBody = RequestProgress(bodyBytesMax: 10)
        _ = slowBody.headArrived(contentLength: 5, expectsInvitation: false)
        #expect(slowBody.timePassed() == .refuse(.tooSlow))
        var unanswered = answering()
        #expect(unanswered.timePassed() == .refuse(.unanswered))
    }

    @Test func `a pipelined request is not served and the connection ends after the answer`() {
        var progress = answering()
        #expect(progress.headArrived(contentLength: 1, expectsInvitation: false) == .nothing)
        #expect(progress.bodyArrived(bytes: 1) == .nothing)
        #expect(progress.requestEnded() == .nothing)
        #expect(progress.endsAfterAnswer)
        #expect(progress.answerWritten() == .end)
    }

    @Test func `bytes of the next request that came during the answer start its deadline at once`() {
        var progress = answering()
        #expect(progress.bytesArrived() == .nothing)
        #expect(progress.answerWritten() == .set(.request))
        #expect(progress.phase == .arriving)
    }

    @Test func `draining closes the idle, refuses the half read and lets the answer finish`() {
        var idle = RequestProgress(bodyBytesMax: 10)
        #expect(idle.drainBegan() == .close)
        var arriving = RequestProgress(bodyBytesMax: 10)
        _ = arriving.bytesArrived()
        #expect(arriving.drainBegan() == .refuse(.draining))
        var busy = answering()
        #expect(busy.drainBegan() == .nothing)
        #expect(busy.answerWritten() == .end)
    }

    @Test func `a sender that stops in the middle is refused, one that stops after its request is answered`()
    {
        var half = RequestProgress(bodyBytesMax: 10)
        _ = half.headArrived(contentLength: 5, expectsInvitation: false)
        #expect(half.inputClosed() == .refuse(.malformed))
        var whole = answering()
        #expect(whole.inputClosed() == .nothing)
        #expect(whole.answerWritten() == .end)
    }

    @Test func `an overloaded listener refuses with the first bytes`() {
        var progress = RequestProgress(bodyBytesMax: 10, isOverloaded: true)
        #expect(progress.bytesArrived() == .refuse(.overloaded))
        #expect(progress.headArrived(contentLength: nil, expectsInvitation: false) == .nothing)
    }

    private func answering() -> RequestProgress {
        var progress = RequestProgress(bodyBytesMax: 10)
        _ = progress.bytesArrived()
        _ = progress.headArrived(contentLength: nil, expectsInvitation: false)
        _ = progress.requestEnded()
        return progress
    }
}
