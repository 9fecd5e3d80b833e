using System.Globalization;
using Replication.ProcessKit;

namespace Replication.Faults.Disks;

/// <summary>A file system of its own for a node, until it is disposed of.</summary>
internal sealed class MountedDisk : IDisposable
{
    private const int MostAttempts = 20;

    // A program that another test starts holds copies of what is open here until it has begun: the disk is busy for that long. 10 s at most.
    private const string Unmount = """for attempt in $(seq 100); do said=$(umount "$1" 2>&1) && exit 0; sleep 0.1; done; echo "$said" >&2; exit 1""";

    private readonly string? _image;

    private MountedDisk(string? image, params string[] mount)
    {
        _image = image;
        Folder = Directory.CreateTempSubdirectory("replication-disk-").FullName;
        Command.Run("mount", [.. mount, Folder]);
    }

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>A disk in memory.</summary>
    public static MountedDisk InMemory(int mebibytes) => new(null, "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m"), "replication");

    /// <summary>A new ext4 in a file. Its journal is committed each second, so that images fall before, in and behind that.</summary>
    /// <param name="image">The file to make.</param>
    /// <param name="mebibytes">Its size.</param>
    public static MountedDisk NewExt4(string image, int mebibytes)
    {
        using (var file = File.Create(image)) file.SetLength(mebibytes * 1024L * 1024);
        Command.Run("mkfs.ext4", "-q", "-F", image);
        return new MountedDisk(image, "-o", "loop,commit=1", image);
    }

    /// <summary>What the disk holds without all that was not written to it: as after a power loss at this instant.</summary>
    /// <param name="copy">The file to make. Tried until two readings are the same, so that the copy is of one instant.</param>
    public void CopyImage(string copy)
    {
        for (var attempt = 1; ; attempt++)
        {
            File.Copy(_image!, copy, overwrite: true);
            if (AreSame(_image!, copy)) return;
            if (attempt == MostAttempts) throw new InvalidOperationException($"{_image} changed during each of {attempt} copies, although its writer stands still.");
        }
    }

    /// <summary>Mounts an image as a machine would after the power loss: the file system repairs itself from its journal.</summary>
    public static MountedDisk Image(string image) => new(image, "-o", "loop", image);

    public void Dispose()
    {
        Command.Run("sh", "-c", Unmount, "sh", Folder);
        Directory.Delete(Folder);
    }

    private static bool AreSame(string left, string right)
    {
        using var first = File.OpenHandle(left);
        using var second = File.OpenHandle(right);
        var buffers = (new byte[1024 * 1024], new byte[1024 * 1024]);
        for (var offset = 0L; ;)
        {
            var read = RandomAccess.Read(first, buffers.Item1, offset);
            if (read != RandomAccess.Read(second, buffers.Item2, offset) || !buffers.Item1.AsSpan(0, read).SequenceEqual(buffers.Item2.AsSpan(0, read))) return false;
            if (read == 0) return true;
            offset += read;
        }
    }
}
