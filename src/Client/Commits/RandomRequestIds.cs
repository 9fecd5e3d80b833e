using System.Security.Cryptography;

namespace Replication.Client.Commits;

/// <summary>Random names for requests. They are drawn many at once, because each drawing is a call into the system. Thread-safe.</summary>
internal sealed class RandomRequestIds
{
    private const int Bytes = 16;
    private const int AtOnce = 256;

    private readonly Lock _gate = new();
    private byte[] _drawn = [];
    private int _used;

    /// <summary>The one of this process.</summary>
    internal static RandomRequestIds Shared { get; } = new();

    /// <summary>A name that nobody else has.</summary>
    internal ReadOnlyMemory<byte> Next()
    {
        lock (_gate)
        {
            if (_used == _drawn.Length) (_drawn, _used) = (RandomNumberGenerator.GetBytes(Bytes * AtOnce), 0);
            _used += Bytes;
            return _drawn.AsMemory(_used - Bytes, Bytes);
        }
    }
}
