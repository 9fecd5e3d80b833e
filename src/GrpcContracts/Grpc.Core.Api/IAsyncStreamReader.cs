namespace Grpc.Core;

/// <summary>The receiving end of a stream. One <see cref="MoveNext"/> at a time.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last successful <see cref="MoveNext"/> reached.</summary>
    T Current { get; }

    /// <summary>Waits for the next message: true if there is one, false at the end. Cancelling it cancels the call.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
