using System.Net.Sockets;

namespace Replication.ProcessKit.Proxying;

/// <summary>One accepted connection and the one that was made for it.</summary>
internal sealed class ProxyConnection : IDisposable
{
    private readonly Socket _near;
    private readonly Socket _far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Uri _target;
    private readonly ProxyPipe _there;
    private readonly ProxyPipe _back;
    private readonly CancellationTokenSource _ending = new();
    private volatile bool _hidesReset;

    public ProxyConnection(Socket accepted, Uri target, ConnectionPlan plan, FaultCounts counts, SaidBytes recording)
    {
        _near = accepted;
        _near.NoDelay = true;
        _target = target;
        _there = new ProxyPipe(_near, _far, plan.ToTarget, new Http2Walk(fromClient: true), counts, recording, this);
        _back = new ProxyPipe(_far, _near, plan.FromTarget, new Http2Walk(fromClient: false), counts, null, this);
    }

    /// <summary>Runs until both directions have ended or either has failed.</summary>
    public async Task RunAsync()
    {
        try
        {
            await _far.ConnectAsync(_target.Host, _target.Port, _ending.Token);
            await Task.WhenAll(EndingBoth(_there), EndingBoth(_back));
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Abort();
        }
        finally
        {
            _near.Dispose();
            _far.Dispose();
            _there.Dispose();
            _back.Dispose();
        }
    }

    /// <summary>Resets both sides at once; what was under way is lost.</summary>
    public void Abort()
    {
        _near.Close(0);
        _far.Close(0);
        _ending.Cancel();
    }

    /// <summary>Resets one side, of which the other does not hear.</summary>
    public void Reset(Socket side)
    {
        _hidesReset = true;
        side.Close(0);
    }

    public void Dispose() => _ending.Dispose();

    private async Task EndingBoth(ProxyPipe pipe)
    {
        try
        {
            await pipe.RunAsync(_ending.Token);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException && _hidesReset)
        {
            // The direction back from the side that was reset: the other end is not to hear of it.
            return;
        }
        catch
        {
            await _ending.CancelAsync();
            throw;
        }
    }
}
