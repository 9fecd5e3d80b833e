using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>A connection to a service, shared by its clients.</summary>
public abstract class ChannelBase
{
    /// <summary>A channel to this address.</summary>
    protected ChannelBase(string target)
    {
        Target = GrpcPreconditions.CheckNotNull(target, nameof(target));
    }

    /// <summary>The address.</summary>
    public string Target { get; }

    /// <summary>An invoker that makes calls on this channel.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Closes the channel.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>Closes the channel; the base does nothing.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
