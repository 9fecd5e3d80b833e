using Replication.Server.Commands;

namespace Replication.Server.Demo;

/// <summary>Where the nodes of a demo keep their data and their logs.</summary>
internal sealed class DemoFolder : IDisposable
{
    private bool _remove;

    private DemoFolder(string path, bool isTemporary)
    {
        Path = path;
        IsTemporary = _remove = isTemporary;
    }

    /// <summary>The whole path.</summary>
    public string Path { get; }

    /// <summary>Whether it is removed at the end.</summary>
    public bool IsTemporary { get; }

    /// <summary>Makes the directory when it is not there.</summary>
    /// <param name="path">Null: a new one for temporary files.</param>
    public static DemoFolder Open(string? path)
    {
        if (path is null) return new DemoFolder(Directory.CreateTempSubdirectory("replicad-demo-").FullName, isTemporary: true);
        try
        {
            return new DemoFolder(Directory.CreateDirectory(path).FullName, isTemporary: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DemoException($"{path} cannot be the data directory: {failure.Message} Name another one for --data.", failure) { Code = ExitCode.Configuration };
        }
    }

    /// <summary>Leaves it even if it is temporary, for somebody to look into the logs.</summary>
    public void Keep() => _remove = false;

    /// <summary>Removes it if it is temporary.</summary>
    public void Dispose()
    {
        if (_remove) Directory.Delete(Path, recursive: true);
    }
}
