/// How far the current request of one connection has come, as a value: events in, steps out, no channel, no clock.
///
/// One request at a time: a head that arrives while the last request is being answered is not served, and the
/// connection ends after that answer. HTTP allows it, and no webhook sender pipelines.
struct RequestProgress {
    enum Phase: Equatable {
        /// Between requests, no byte of the next one seen.
        case waiting
        /// Bytes came, the head is not complete.
        case arriving
        case receiving(bodyBytes: Int)
        case answering
        /// The last answer is written; what still comes is thrown away.
        case ending
    }

    /// What the timer, of which there is one, is set for.
    enum Wait: Equatable {
        case nextRequest
        case request
        case answer
        case end
    }

    /// What the handler around this value does next.
    enum Step: Equatable {
        case nothing
        case set(Wait)
        case invite
        case keep
        case handOn
        case refuse(Refusal)
        case end
        case close
    }

    private(set) var phase = Phase.waiting
    /// True if the answer being written must say that the connection ends after it.
    private(set) var endsAfterAnswer = false
    private var hasBytesOfNext = false
    private let bodyBytesMax: Int
    private let isOverloaded: Bool

    init(bodyBytesMax: Int, isOverloaded: Bool = false) {
        self.bodyBytesMax = bodyBytesMax
        self.isOverloaded = isOverloaded
    }

    mutating func bytesArrived() -> Step {
        switch phase {
        case .waiting where isOverloaded: return refuse(.overloaded)
        case .waiting:
            phase = .arriving
            return .set(.request)
        case .answering:
            hasBytesOfNext = true
            return .nothing
        case .arriving, .receiving, .ending: return .nothing
        }
    }

    /// The head is whole; a claim of a body beyond the limit is refused before a byte of it is read.
    mutating func headArrived(contentLength: Int?, expectsInvitation: Bool) -> Step {
        switch phase {
        case .waiting, .arriving:
            if let contentLength, contentLength > bodyBytesMax { return refuse(.tooLarge) }
            phase = .receiving(bodyBytes: 0)
            return expectsInvitation ? .invite : .nothing
        case .answering:
            endsAfterAnswer = true
            return .nothing
        case .receiving: return refuse(.malformed)
        case .ending: return .nothing
        }
    }

    mutating func bodyArrived(bytes: Int) -> Step {
        guard case .receiving(let before) = phase else { return .nothing }
        guard bytes <= bodyBytesMax - before else { return refuse(.tooLarge) }
        phase = .receiving(bodyBytes: before + bytes)
        return .keep
    }

    mutating func requestEnded() -> Step {
        guard case .receiving = phase else { return .nothing }
        phase = .answering
        hasBytesOfNext = false
        return .handOn
    }

    mutating func answerWritten() -> Step {
        guard phase == .answering else { return .nothing }
        if endsAfterAnswer {
            phase = .ending
            return .end
        }
        phase = hasBytesOfNext ? .arriving : .waiting
        return .set(hasBytesOfNext ? .request : .nextRequest)
    }

    mutating func timePassed() -> Step {
        switch phase {
        case .waiting, .ending: .close
        case .arriving, .receiving: refuse(.tooSlow)
        case .answering: refuse(.unanswered)
        }
    }

    /// The bytes are no HTTP, or break a limit of the decoder.
    mutating func decodingFailed(_ refusal: Refusal) -> Step {
        switch phase {
        case .waiting, .arriving, .receiving: return refuse(refusal)
        case .answering:
            endsAfterAnswer = true
            return .nothing
        case .ending: return .nothing
        }
    }

    /// The sender says that it will send no more.
    mutating func inputClosed() -> Step {
        switch phase {
        case .waiting, .ending: return .close
        case .arriving, .receiving: return refuse(.malformed)
        case .answering:
            endsAfterAnswer = true
            return .nothing
        }
    }

    mutating func drainBegan() -> Step {
        switch phase {
        case .waiting: return .close
        case .arriving, .receiving: return refuse(.draining)
        case .answering:
            endsAfterAnswer = true
            return .nothing
        case .ending: return .nothing
        }
    }

    private mutating func refuse(_ refusal: Refusal) -> Step {
        phase = .ending
        return .refuse(refusal)
    }
}
