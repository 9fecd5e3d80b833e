using Grpc.Core;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Services.Limits;

/// <summary>What one call takes of <see cref="CallMemory"/>: the message that comes in and the answer that is not read yet. Given back when the call ends.</summary>
internal sealed class CallMeter(CallMemory memory) : IDisposable
{
    /// <summary>Nobody counts less than this: most calls are small, and the number of calls is bounded.</summary>
    private const int FreeBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private long _request;
    private long _answer;
    private bool _isOver;

    /// <summary>The meter of a call.</summary>
    public static CallMeter Of(ServerCallContext context) => context.GetHttpContext().Features.Get<CallMeter>() ?? throw new InvalidOperationException("The call came past the gate.");

    /// <summary>The message that is being received, or worked on, has so many bytes now.</summary>
    /// <exception cref="RpcException">BUSY.</exception>
    public void SetRequest(long bytes) => Set(ref _request, bytes);

    /// <summary>The answer that is being written has so many bytes now.</summary>
    /// <exception cref="RpcException">BUSY.</exception>
    public void SetAnswer(long bytes) => Set(ref _answer, bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            memory.Give(_request + _answer);
            _isOver = true;
        }
    }

    private void Set(ref long part, long bytes)
    {
        if (bytes <= FreeBytes) bytes = 0;
        if (bytes == 0 && part == 0) return;
        lock (_gate)
        {
            if (_isOver) return;
            if (bytes > part && !memory.TryTake(bytes - part))
                throw Errors.Failure(Error.Types.Code.Busy, "The requests and answers that are under way fill the memory that this node has for them (Replication:MaxCallMemoryBytes). Try again after a moment.");
            if (bytes < part) memory.Give(part - bytes);
            part = bytes;
        }
    }
}
