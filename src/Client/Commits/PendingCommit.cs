using Replication.Protos.V1;

namespace Replication.Client.Commits;

/// <summary>One transaction on its way over the stream. The two flags belong to the queue's lock.</summary>
internal sealed class PendingCommit(CommitStreamRequest.Types.Item item, int bytes)
{
    private readonly TaskCompletionSource<CommitResponse> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal CommitStreamRequest.Types.Item Item => item;

    internal int Bytes => bytes;

    /// <summary>It has been put in a message: from here on its outcome is unknown until it is answered.</summary>
    internal bool IsSent { get; set; }

    /// <summary>Nobody waits for the answer any more.</summary>
    internal bool IsAbandoned { get; set; }

    internal Task<CommitResponse> Answer => _answer.Task;

    internal void Complete(CommitResponse response) => _answer.TrySetResult(response);

    internal void Fail(Exception failure) => _answer.TrySetException(failure);
}
