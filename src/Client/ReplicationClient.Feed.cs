using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <content>What tools need that follow a node.</content>
public sealed partial class ReplicationClient
{
    /// <summary>What a follower without data has to say to get the entries behind an index.</summary>
    /// <param name="index">The last entry that it does not want; 0 for none; null for the end of the log.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ReplicationException">
    /// The entries behind it are no longer there (<see cref="ReplicationErrorCode.Pruned"/>), or the log ends before it.
    /// </exception>
    public Task<Contract.LocateResponse> LocateAsync(long? index = null, CancellationToken cancellation = default)
    {
        if (index is { } asked) ArgumentOutOfRangeException.ThrowIfNegative(asked, nameof(index));
        var request = new Contract.LocateRequest();
        if (index is not null) request.Index = (ulong)index.Value;
        return ReadAsync(_feed.LocateAsync, request, TimeSpan.Zero, cancellation);
    }

    /// <summary>Opens a stream between nodes. It lasts until it is disposed or the node ends it.</summary>
    public FollowStream Follow(CancellationToken cancellation = default) => new(_feed.Follow(cancellationToken: cancellation), _failures);
}
