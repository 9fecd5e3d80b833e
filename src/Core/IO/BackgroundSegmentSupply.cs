using Replication.Core.Log;

namespace Replication.Core.IO;

/// <summary>Makes one segment file ahead of need, on a thread of its own, so that a roll never waits for zeros.</summary>
public sealed class BackgroundSegmentSupply : ISegmentSupply
{
    private readonly InlineSegmentSupply _inline;
    private readonly int _segmentBytes;
    private readonly Lock _gate = new();
    private Thread? _filling;
    private string? _ready;
    private Exception? _failure;

    /// <summary>Makes files in a log's directory.</summary>
    public BackgroundSegmentSupply(IFileSystem files, string directory, int segmentBytes)
    {
        _inline = new InlineSegmentSupply(files, directory, segmentBytes);
        _segmentBytes = segmentBytes;
    }

    /// <inheritdoc/>
    public void Prepare()
    {
        lock (_gate)
        {
            if (_ready is not null || _filling is not null) return;
            _filling = new Thread(Fill) { IsBackground = true, Name = "segment-supply" };
            _filling.Start();
        }
    }

    /// <inheritdoc/>
    public string Take(int bytes)
    {
        WaitForFilling();
        lock (_gate)
        {
            // A full disk may have room again by now: then the file is made below.
            if (Interlocked.Exchange(ref _failure, null) is { } failure and not DiskFullException) throw new IOException($"Cannot prepare a segment: {failure.Message}", failure);
            if (bytes <= _segmentBytes && _ready is { } path)
            {
                _ready = null;
                return path;
            }
        }
        return _inline.Take(bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        WaitForFilling();
        _inline.Dispose();
    }

    private void Fill()
    {
        try
        {
            var path = _inline.Take(_segmentBytes);
            lock (_gate) _ready = path;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            lock (_gate) _failure = failure;
        }
    }

    private void WaitForFilling()
    {
        Thread? filling;
        lock (_gate) filling = _filling;
        filling?.Join();
        lock (_gate) _filling = null;
    }
}
