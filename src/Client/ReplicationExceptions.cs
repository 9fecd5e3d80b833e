namespace Replication.Client;

/// <summary>The node does not write; <see cref="ReplicationException.Primary"/> says who does, when known.</summary>
/// <param name="message">For people.</param>
/// <param name="inner">What it rests on.</param>
public sealed class NotPrimaryException(string message, Exception? inner = null)
    : ReplicationException(ReplicationErrorCode.NotPrimary, message, inner);

/// <summary>No node answers at the address, or it did not in time. A commit that fails with this did not take effect.</summary>
/// <param name="message">For people.</param>
/// <param name="inner">What it rests on.</param>
public sealed class NodeUnavailableException(string message, Exception? inner = null)
    : ReplicationException(ReplicationErrorCode.Unavailable, message, inner);

/// <summary>
/// The transaction took effect at most once; whether it did is not known here. Read what it would have written to find
/// out, or commit it under a request id of your own (<see cref="Transaction.WithRequestId"/>), under which it can be asked again.
/// </summary>
/// <param name="message">For people.</param>
/// <param name="inner">What it rests on.</param>
public sealed class CommitUnknownException(string message, Exception? inner = null)
    : ReplicationException(ReplicationErrorCode.UnknownOutcome, message, inner);

/// <summary>
/// The request is older than what the node remembers of requests: it was not executed now, and took effect at most once before. Read what it would have
/// written to find out.
/// </summary>
/// <param name="message">For people.</param>
/// <param name="inner">What it rests on.</param>
public sealed class CommitForgottenException(string message, Exception? inner = null)
    : ReplicationException(ReplicationErrorCode.Forgotten, message, inner)
{
    /// <summary>The newest entry at that moment: what was never sent before may be sent as first sent behind it.</summary>
    public LogPosition Newest => new(Epoch, Index);
}

/// <summary>The transaction is not in the log and never will be, for instance because a condition does not hold.</summary>
public sealed class CommitRejectedException : ReplicationException
{
    /// <summary>Makes the error of a rejection.</summary>
    public CommitRejectedException(Rejection rejection)
        : base(rejection.Code, rejection.Message)
    {
        Rejection = rejection;
        Operation = rejection.Operation;
    }

    /// <summary>The node's answer.</summary>
    public Rejection Rejection { get; }
}
