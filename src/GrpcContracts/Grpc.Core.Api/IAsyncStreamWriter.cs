namespace Grpc.Core;

/// <summary>The sending end of a stream. One write at a time.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>Options for the writes that follow; null means none.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Sends a message; completes when the next may be written.</summary>
    Task WriteAsync(T message);

    /// <summary>
    /// Sends a message; cancelling it cancels the call. A writer that cannot cancel throws <see cref="NotSupportedException"/>.
    /// </summary>
    Task WriteAsync(T message, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? throw new NotSupportedException("This writer cannot cancel a write.")
            : WriteAsync(message);
}

/// <summary>The client's sending end.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the request stream; no write may follow.</summary>
    Task CompleteAsync();
}

/// <summary>The server's sending end; it ends when the handler returns.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
