using Replication.Core.Database;
using Replication.Core.Following;

namespace Replication.Replica;

/// <summary>Acknowledges what a session has taken in: after each sync, and at least every so often. Ended by its token, or between two acknowledgements by <see cref="Finish"/>.</summary>
/// <param name="call">The stream.</param>
/// <param name="moved">Fires after each sync.</param>
/// <param name="now">How far the session has come.</param>
/// <param name="interval">The longest time between two.</param>
/// <param name="time">The clock.</param>
internal sealed class Acknowledger(UpstreamCall call, Pulse moved, Func<Acknowledgement> now, TimeSpan interval, TimeProvider time)
{
    private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Acknowledges until it is ended.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!_finish.Task.IsCompleted)
        {
            // Taken before looking, so that nothing that moves meanwhile is missed.
            var next = moved.Next;
            await call.AcknowledgeAsync(now(), cancellation);
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(next, _finish.Task, Task.Delay(interval, time, timer.Token));
            await timer.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>No more acknowledgements: the stream goes on without this.</summary>
    public void Finish() => _finish.TrySetResult();
}
