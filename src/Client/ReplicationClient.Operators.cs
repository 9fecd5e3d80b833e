using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <content>What operators ask.</content>
public sealed partial class ReplicationClient
{
    /// <summary>What the node is, has and knows of its upstream and its followers; the message of cluster.proto.</summary>
    public Task<Contract.NodeStatus> StatusAsync(CancellationToken cancellation = default) =>
        ReadAsync(_cluster.StatusAsync, new Contract.StatusRequest(), TimeSpan.Zero, cancellation);

    /// <summary>Writes a snapshot at the commit index; returns when it is on the node's disk.</summary>
    public async Task<Contract.SnapshotStatus> TakeSnapshotAsync(CancellationToken cancellation = default) =>
        (await ReadAsync(_cluster.TakeSnapshotAsync, new Contract.TakeSnapshotRequest(), TimeSpan.Zero, cancellation)).Snapshot;

    /// <summary>The digest of the node's data.</summary>
    /// <param name="at">The position to answer for; null for what the node shows now.</param>
    /// <param name="wait">How long the node waits to reach it, at most 60 s.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ReplicationException">
    /// The position was not reached (<see cref="ReplicationErrorCode.TooStale"/>), or the node is beyond it and no longer
    /// knows its digest (<see cref="ReplicationErrorCode.Pruned"/>).
    /// </exception>
    public async Task<DigestResult> DigestAsync(LogPosition? at = null, TimeSpan wait = default, CancellationToken cancellation = default)
    {
        var request = new Contract.DigestRequest { At = at?.ToMessage(), WaitMillis = ReadOptions.Millis(wait) };
        var response = await ReadAsync(_cluster.DigestAsync, request, wait, cancellation);
        return new DigestResult(LogPosition.From(response.Position), response.Digest, response.Records);
    }
}
