using Replication.Client.Calls;
using Replication.Protos.V1;

namespace Replication.Client.Commits;

/// <summary>
/// A client's one way for commits: a queue, and a loop that opens a stream when there is something to send and another
/// one when that has ended. What was sent on a broken stream fails as unknown; what was not goes out on the next.
/// </summary>
internal sealed class CommitLane(Store.StoreClient store, Failures failures, ReplicationClientOptions options) : IAsyncDisposable
{
    private readonly CommitQueue _queue = new(options.CommitStream);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task? _running;

    /// <summary>Sends a transaction and waits for its answer.</summary>
    internal async Task<CommitResponse> CommitAsync(CommitRequest request, int bytes, TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var pending = _queue.Add(request, bytes);
        lock (_gate) _running ??= Task.Run(RunAsync, CancellationToken.None);
        try
        {
            return await pending.Answer.WaitAsync(timeout, options.TimeProvider, cancellation);
        }
        catch (TimeoutException) when (!pending.Answer.IsCompleted)
        {
            throw _queue.Abandon(pending)
                ? failures.Unknown($"no answer within {timeout.TotalSeconds:0.###} s", null)
                : failures.NotSent(timeout);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _queue.Abandon(pending);
            throw;
        }
    }

    /// <summary>Takes nothing more, and waits for what is under way as long as the options allow.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        Task? running;
        lock (_gate) running = _running;
        if (running is not null)
        {
            try
            {
                await running.WaitAsync(options.CloseTimeout, options.TimeProvider, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                await _stop.CancelAsync();
                await running;
            }
        }
        _stop.Dispose();
    }

    // Whatever a stream ends with ends that stream alone.
    private async Task RunSessionAsync()
    {
        try
        {
            await new CommitSession(store, _queue, failures).RunAsync(_stop.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            _queue.FailSent(() => failures.Unknown(Failures.Reason(failure), failure));
            _queue.FailQueued(() => failures.Unreachable(failure));
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _queue.WaitForCommitAsync(_stop.Token)) await RunSessionAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Closed; what is left is told so below.
        }
        finally
        {
            _queue.Close();
            _queue.FailSent(() => failures.Unknown("the client was closed", null));
            _queue.FailQueued(static () => new ObjectDisposedException(nameof(ReplicationClient), "The client was closed before the commit was sent."));
        }
    }
}
