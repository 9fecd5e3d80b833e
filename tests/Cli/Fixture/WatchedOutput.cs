using System.Text;

namespace Replication.Cli.Tests.Fixture;

/// <summary>An output that may be read while it is written.</summary>
internal sealed class WatchedOutput : MemoryStream
{
    private readonly Lock _gate = new();

    /// <summary>Whole lines so far.</summary>
    public string[] Lines
    {
        get
        {
            lock (_gate) return Encoding.UTF8.GetString(ToArray()).Split('\n')[..^1];
        }
    }

    // Also where spans are written: a stream that inherits has them brought here.
    public override void Write(byte[] buffer, int offset, int count)
    {
        lock (_gate) base.Write(buffer, offset, count);
    }
}
