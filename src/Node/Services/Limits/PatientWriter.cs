using Grpc.Core;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Services.Limits;

/// <summary>A stream of answers, each of which has to be taken in time: whoever reads nothing would hold his call, and what is read for it, for ever.</summary>
internal sealed class PatientWriter<TResponse>(IServerStreamWriter<TResponse> inner, TimeSpan patience, TimeProvider time) : IServerStreamWriter<TResponse>
{
    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        // Most writes are done at once. A token that is never cancelled would not end a write that began with it.
        var late = new CancellationTokenSource();
        var either = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token) : late;
        var writing = inner.WriteAsync(message, either.Token);
        if (!writing.IsCompletedSuccessfully) return WaitAsync(writing, late, either, cancellationToken);
        either.Dispose();
        late.Dispose();
        return Task.CompletedTask;
    }

    // Cancelling a write aborts its call. The timer is awaited at its end: it must not reach for a source that is gone.
    private async Task WaitAsync(Task writing, CancellationTokenSource late, CancellationTokenSource either, CancellationToken cancellation)
    {
        using (late)
        using (either)
        await using (time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), late, patience, Timeout.InfiniteTimeSpan))
        {
            try
            {
                await writing;
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                throw Errors.Failure(Error.Types.Code.Busy, $"Nothing of the answer was read for {patience.TotalSeconds} s (Replication:AnswerTimeout), so the call was ended. Ask again, for less at once.");
            }
        }
    }
}
